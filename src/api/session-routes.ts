import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { listSessions, revokeCompanySessions, revokeSessions } from '../sessions/revoke.ts';
import type { ApiDeps } from './api-deps.ts';
import { change, visibleCompany } from './company-scope.ts';
import { Id, nullable, operation, Slug, Text, Time } from './operation.ts';
import { visibleUser } from './visible.ts';

const tag = 'sessions';
const OfUser = Type.Object({ user_id: Text(255, "The product's id of the user") });
const View = Type.Object({
  ...{ id: Id, sso_identity_id: Id, company: Slug },
  device: nullable(Type.String({ description: 'Browser and system of the sign-in, like `Chrome, Windows`' })),
  ...{ created_at: Time, last_used_at: Time, expires_at: Time },
});
const Ended = Type.Object({ ended: Type.Integer({ description: 'How many sessions' }) });

export const LIST_SESSIONS = operation({
  ...{ tag, operationId: 'listSessions', scope: 'sessions:read', summary: 'List the sessions of a user' },
  params: OfUser,
  response: { 200: ['The newest first', Type.Object({ items: Type.Array(View) })] },
});
export const REVOKE_USER_SESSIONS = operation({
  ...{
    tag,
    operationId: 'revokeUserSessions',
    scope: 'sessions:write',
    summary: 'End the sessions of a user',
  },
  params: OfUser,
  response: { 200: ['Ended', Ended] },
});
export const REVOKE_COMPANY_SESSIONS = operation({
  ...{ tag, operationId: 'revokeCompanySessions', scope: 'sessions:write' },
  summary: 'End the sessions of all people of a company',
  params: Type.Object({ slug: Slug }),
  description: 'By one row, so that the sessions are not counted.',
  response: {
    200: ['Sessions that began before this time are ended', Type.Object({ company: Slug, not_before: Time })],
  },
});

export function sessionRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();

  app.get('/users/:user_id/sessions', LIST_SESSIONS, async (request) => {
    const { id: userId } = await visibleUser(deps.database, request, request.params.user_id);
    const sessions = await listSessions(deps.database, { userId, companyId: request.caller.companyId });
    const items = sessions.map(
      ({ id, ssoIdentityId, company, device, createdAt, lastUsedAt, expiresAt }) => ({
        ...{ id, sso_identity_id: ssoIdentityId, company, device },
        ...{ created_at: createdAt, last_used_at: lastUsedAt, expires_at: expiresAt },
      }),
    );
    return { items };
  });

  app.delete('/users/:user_id/sessions', REVOKE_USER_SESSIONS, async (request) => {
    const { id: userId } = await visibleUser(deps.database, request, request.params.user_id);
    const { companyId } = request.caller;
    const { ended } = await change(deps, request, (tx, actor) =>
      revokeSessions(tx, actor, { of: { userId, companyId }, target: userId }),
    );
    return { ended };
  });

  app.delete('/companies/:slug/sessions', REVOKE_COMPANY_SESSIONS, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const done = await change(deps, request, (tx, actor) => revokeCompanySessions(tx, actor, slug));
    return { company: slug, not_before: done.notBefore };
  });
}
