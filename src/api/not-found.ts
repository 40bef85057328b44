import type { FastifyInstance } from 'fastify';
import { sendProblem } from './problem.ts';

/**
 * Answers what no route takes: 405 for another method of a path, else 404. Registered below /v1 it runs after
 * authentication.
 */
export function answerNotFound(app: FastifyInstance): void {
  const routes: { path: RegExp; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const path = new RegExp(`^${url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`);
    routes.push({ path, methods: [method].flat() });
  });
  app.setNotFoundHandler((request, reply) => {
    const url = request.url.replace(/\?.*$/, '');
    const allowed = routes.filter(({ path }) => path.test(url)).flatMap(({ methods }) => methods);
    if (allowed.length === 0) {
      const detail = 'it does not exist, or this key cannot see it';
      return sendProblem(request, reply, { status: 404, code: 'not_found', detail });
    }
    void reply.header('allow', [...new Set(allowed)].join(', '));
    const detail = `this path allows ${[...new Set(allowed)].join(', ')}`;
    return sendProblem(request, reply, { status: 405, code: 'method_not_allowed', detail });
  });
}
