import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { ClientSecretView } from '../companies/client-secret-rows.ts';
import { addClientSecret, listClientSecrets, retireClientSecret } from '../companies/client-secrets.ts';
import type { ApiDeps } from './api-deps.ts';
import { change, visibleCompany } from './company-scope.ts';
import { IdempotencyHeaders } from './idempotency.ts';
import { Body, Id, nullable, operation, Slug, Text, Time } from './operation.ts';
import { Page } from './pages.ts';

const tag = 'clients';
const Day = Type.String({ format: 'date' });
const View = Type.Object({
  ...{ id: Id, sso_client_id: Id, company: Slug },
  in_use: Type.Boolean({ description: 'The one that is tried first: it worked last' }),
  added_by: nullable(Type.String({ description: 'Null of one that an earlier version stored' })),
  added_at: Time,
  expires_on: nullable(Day),
  working_since: nullable(Time),
  last_worked_at: nullable(Time),
  last_refused_at: nullable(Time),
  retired_at: nullable(Time),
});
const Answer = Type.Union([Type.Literal('works'), Type.Literal('refused'), Type.Literal('unclear')], {
  description: 'What JumpCloud said of it. It is stored whatever the answer is',
});
const Named = Type.Object({ slug: Slug, id: Id });

export const LIST_CLIENT_SECRETS = operation({
  ...{ tag, operationId: 'listClientSecrets', scope: 'clients:read', params: Named },
  summary:
    'List the secrets of an SSO client, the one in use first; the secrets themselves are never returned',
  querystring: Type.Object({ retired: Type.Optional(Type.Boolean({ description: 'Include retired ones' })) }),
  response: { 200: ['All of them, on one page', Page(View)] },
});
export const ADD_CLIENT_SECRET = operation({
  ...{ tag, operationId: 'addClientSecret', scope: 'clients:write', params: Named },
  headers: IdempotencyHeaders,
  summary: 'Add a secret to an SSO client, which has two at most',
  description:
    'The secret that worked last is used; when JumpCloud refuses it, the other one is tried. So a secret can be added before or after it is regenerated at JumpCloud. Sign-ins under way are not interrupted. The old one is retired once the new one has worked for 24 hours.',
  body: Body({
    client_secret: Text(1_000, 'Stored sealed, never returned'),
    expires_on: Type.Optional(
      Type.String({ format: 'date', description: 'The day on which it stops working' }),
    ),
    check: Type.Optional(Type.Boolean({ default: true, description: 'Ask JumpCloud whether it works' })),
  }),
  response: { 201: ['Stored', Type.Object({ secret: View, answer: nullable(Answer) })] },
});
export const RETIRE_CLIENT_SECRET = operation({
  ...{ tag, operationId: 'retireClientSecret', scope: 'clients:write' },
  params: Type.Object({ slug: Slug, id: Id, secret_id: Id }),
  summary: 'Delete a secret of an SSO client; not the only one',
  response: { 204: ['It is retired'] },
});

/** Secrets of SSO clients: what `client secret add | list | retire` does. */
export function clientSecretRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();
  const { database, sealer } = deps;

  app.get('/companies/:slug/clients/:id/secrets', LIST_CLIENT_SECRETS, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { retired = false } = request.query;
    const secrets = await listClientSecrets(database, { slug, id: request.params.id, retired });
    return { items: secrets.map(view), next: null };
  });

  app.post('/companies/:slug/clients/:id/secrets', ADD_CLIENT_SECRET, async (request, reply) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { client_secret: secret, expires_on: expiresOn, check = true } = request.body;
    const added = await addClientSecret({ database, sealer }, request.caller.actor, {
      ...{ slug, id: request.params.id, secret, check },
      ...(expiresOn !== undefined && { expiresOn }),
    });
    return reply.code(201).send({ secret: view(added.secret), answer: added.answer });
  });

  app.delete(
    '/companies/:slug/clients/:id/secrets/:secret_id',
    RETIRE_CLIENT_SECRET,
    async (request, reply) => {
      const { slug } = await visibleCompany(deps, request, request.params.slug);
      const { id: clientId, secret_id: id } = request.params;
      await change(deps, request, (tx, actor) => retireClientSecret(tx, actor, { slug, clientId, id }));
      return reply.code(204).send();
    },
  );
}

function view(secret: ClientSecretView) {
  const { id, company, inUse, ssoClientId, addedBy, addedAt, expiresOn } = secret;
  const { workingSince, lastWorkedAt, lastRefusedAt, retiredAt } = secret;
  return {
    ...{ id, company, sso_client_id: ssoClientId, in_use: inUse, added_by: addedBy, added_at: addedAt },
    ...{ expires_on: expiresOn, working_since: workingSince, retired_at: retiredAt },
    ...{ last_worked_at: lastWorkedAt, last_refused_at: lastRefusedAt },
  };
}
