import type { FastifyInstance, FastifyReply } from 'fastify';
import { resourceTypes, schemas, serviceProviderConfig } from './scim-discovery.ts';
import { scimError } from './scim-error.ts';
import { sendScim } from './scim-http.ts';
import { listResponse } from './scim-reply.ts';
import { KINDS } from './scim-schemas.ts';

type ById = { Params: { id: string } };

/** `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas`; and 405 for methods that a path does not have. */
export function discoveryRoutes(app: FastifyInstance, base: string): void {
  app.get('/ServiceProviderConfig', (_request, reply) => sendScim(reply, serviceProviderConfig(base)));
  for (const [path, all] of [
    ['/ResourceTypes', resourceTypes(base)],
    ['/Schemas', schemas(base)],
  ] as const) {
    app.get(path, (_request, reply) =>
      sendScim(reply, listResponse({ rows: [...all], totalResults: all.length, startIndex: 1 })),
    );
    app.get<ById>(`${path}/:id`, (request, reply) => {
      const found = all.find(({ id }) => id === request.params.id);
      if (!found) throw scimError('scim_not_found', `there is no ${path}/${request.params.id}`);
      return sendScim(reply, found);
    });
    refuse(app, path, ['GET']);
    refuse(app, `${path}/:id`, ['GET']);
  }
  refuse(app, '/ServiceProviderConfig', ['GET']);
  for (const { endpoint } of KINDS) {
    refuse(app, endpoint, ['GET', 'POST']);
    refuse(app, `${endpoint}/:id`, ['GET', 'PUT', 'PATCH', 'DELETE']);
  }
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

function refuse(app: FastifyInstance, url: string, allowed: string[]): void {
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url,
    handler: (_request, reply: FastifyReply) => {
      reply.header('allow', allowed.join(', '));
      throw scimError('scim_method_not_allowed', `the methods of this path are ${allowed.join(', ')}`);
    },
  });
}
