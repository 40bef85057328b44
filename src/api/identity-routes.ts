import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type IdentityView, LINK_STATES, pageOfIdentities, readIdentity } from '../linking/identities.ts';
import { approveLink, linkByHand, removeLink } from '../linking/manual-links.ts';
import { digestStates } from '../states/digest.ts';
import type { ApiDeps } from './api-deps.ts';
import { change, visibleCompany } from './company-scope.ts';
import { IdempotencyHeaders } from './idempotency.ts';
import { Body, Id, nullable, operation, Slug, Text, Time } from './operation.ts';
import { LINK_HEADER, Page, PageQueryById, sendPage } from './pages.ts';
import { visibleIdentity, visibleUser } from './visible.ts';

const tag = 'identities';
const State = Type.Union(
  LINK_STATES.map((state) => Type.Literal(state)),
  { description: '`removed`: the link was removed and waits for an approval' },
);
const View = Type.Object({
  ...{ sso_identity_id: Id, company_id: Id, company: Slug, state: State, user_id: nullable(Type.String()) },
  ...{ linked_at: nullable(Time), link_removed_at: nullable(Time) },
  ...{ issuer: Type.String(), subject: Type.String() },
  email: nullable(Type.String({ description: 'As of the last sign-in' })),
  ...{ email_verified: Type.Boolean(), name: nullable(Type.String()) },
  ...{ first_login_at: Time, last_login_at: Time },
});
const Named = Type.Object({ id: Id });

export const LIST_IDENTITIES = operation({
  ...{ tag, operationId: 'listIdentities', scope: 'identities:read' },
  summary: 'List the SSO identities of a company, by id',
  params: Type.Object({ slug: Slug }),
  querystring: Type.Object({ state: Type.Optional(State), ...PageQueryById }),
  response: { 200: ['A page', Page(View), LINK_HEADER] },
});
export const DIGEST_IDENTITIES = operation({
  ...{ tag, operationId: 'digestIdentities', scope: 'identities:read' },
  summary: 'Read a digest of what `sso.identities` says of a company, to compare a copy with',
  description:
    'A bucket is the SHA-256 of the SSO identities whose id begins with its two hex digits: in the order of the ids, one line per identity of id, `sequence`, `state` and `user_id`. `digestIdentities` of `sso-link-client/events` computes the same.',
  params: Type.Object({ slug: Slug }),
  response: {
    200: [
      'The digest',
      Type.Object({
        count: Type.Integer({ description: 'SSO identities with a state' }),
        max_sequence: nullable(Type.Integer({ description: 'The highest number of a state' })),
        buckets: Type.Array(Type.String(), { minItems: 256, maxItems: 256 }),
      }),
    ],
  },
});
export const GET_IDENTITY = operation({
  ...{ tag, operationId: 'getIdentity', scope: 'identities:read', summary: 'Read an SSO identity' },
  params: Named,
  response: { 200: ['The identity', View] },
});
export const PUT_LINK = operation({
  ...{ tag, operationId: 'putLink', scope: 'identities:write', summary: 'Link an SSO identity to a user' },
  description: 'Publishes `user.linked`. The user must be active, of this company or of none.',
  params: Named,
  body: Body({ user_id: Text(255) }),
  response: { 200: ['The identity', View] },
});
export const DELETE_LINK = operation({
  ...{
    tag,
    operationId: 'deleteLink',
    scope: 'identities:write',
    summary: 'Remove a link and end its sessions',
  },
  description: 'Publishes `user.link_removed`. No sign-in links again until the link is approved or made.',
  params: Named,
  response: {
    200: [
      'Removed',
      Type.Object({ sso_identity_id: Id, user_id: Type.String(), sessions_ended: Type.Integer() }),
    ],
  },
});
export const APPROVE_LINK = operation({
  ...{ tag, operationId: 'approveLink', scope: 'identities:write', params: Named },
  headers: IdempotencyHeaders,
  summary: 'Let the next sign-in of an identity, whose link was removed, link again',
  response: { 200: ['The identity', View] },
});

export function identityRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();
  const { database } = deps;

  app.get('/companies/:slug/identities', LIST_IDENTITIES, async (request, reply) => {
    const { id: companyId } = await visibleCompany(deps, request, request.params.slug);
    const { state } = request.query;
    const filter = { companyId, ...(state !== undefined && { state }) };
    return sendPage(request, reply, (page) => pageOfIdentities(database, { ...filter, ...page }), {
      cursor: ({ id }) => id,
      item: view,
    });
  });

  app.get('/companies/:slug/identities/digest', DIGEST_IDENTITIES, async (request) => {
    const { id } = await visibleCompany(deps, request, request.params.slug);
    return digestStates(database, id);
  });

  app.get('/identities/:id', GET_IDENTITY, async (request) =>
    view(await visibleIdentity(database, request, request.params.id)),
  );

  app.put('/identities/:id/link', PUT_LINK, async (request) => {
    const { id: identityId, company: slug } = await visibleIdentity(database, request, request.params.id);
    const { user_id: userId } = request.body;
    if (request.caller.companyId !== null) await visibleUser(database, request, userId);
    await change(deps, request, (tx, actor) => linkByHand(tx, actor, { slug, identityId, userId }));
    return view(await readIdentity(database, identityId));
  });

  app.delete('/identities/:id/link', DELETE_LINK, async (request) => {
    const { id } = await visibleIdentity(database, request, request.params.id);
    const { userId, sessionsEnded } = await change(deps, request, (tx, actor) => removeLink(tx, actor, id));
    return { sso_identity_id: id, user_id: userId, sessions_ended: sessionsEnded };
  });

  app.post('/identities/:id/approve', APPROVE_LINK, async (request) => {
    const { id } = await visibleIdentity(database, request, request.params.id);
    await change(deps, request, (tx, actor) => approveLink(tx, actor, id));
    return view(await readIdentity(database, id));
  });
}

function view(identity: IdentityView) {
  const { id, companyId, company, state, userId, issuer, subject, email, emailVerified, name } = identity;
  return {
    ...{ sso_identity_id: id, company_id: companyId, company, state, user_id: userId },
    ...{ linked_at: iso(identity.linkedAt), link_removed_at: iso(identity.linkRemovedAt) },
    ...{ issuer, subject, email, email_verified: emailVerified, name },
    ...{ first_login_at: identity.firstLoginAt, last_login_at: identity.lastLoginAt },
  };
}

const iso = (time: Date | null) => time?.toISOString() ?? null;
