import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import Fastify from 'fastify';

/**
 * The headers that helmet sets, asked for once: they are the same for each answer, and helmet builds the content security
 * policy for each request.
 */
export async function constantHeaders(options: FastifyHelmetOptions): Promise<Record<string, string>> {
  const app = Fastify();
  try {
    let headers: Record<string, unknown> = {};
    await app.register(helmet, options);
    app.get('/', async (_request, reply) => {
      headers = { ...reply.getHeaders(), ...reply.raw.getHeaders() };
      return '';
    });
    await app.inject('/');
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  } finally {
    await app.close();
  }
}
