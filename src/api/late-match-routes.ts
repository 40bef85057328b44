import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { SsoLinkError } from '../errors.ts';
import {
  LATE_MATCH_STATES,
  type LateMatchView,
  pageOfLateMatches,
  readLateMatch,
} from '../linking/late-match-list.ts';
import { dismissLateMatch, mergeLateMatch } from '../linking/late-matches.ts';
import type { ApiDeps } from './api-deps.ts';
import { change, visibleCompany } from './company-scope.ts';
import { IdempotencyHeaders } from './idempotency.ts';
import { Id, nullable, operation, Slug, Time } from './operation.ts';
import { LINK_HEADER, Page, PageQueryById, sendPage } from './pages.ts';

const tag = 'late matches';
const State = Type.Union(LATE_MATCH_STATES.map((state) => Type.Literal(state)));
const View = Type.Object({
  ...{ id: Id, company: Slug, company_id: Id, sso_identity_id: Id, email: nullable(Type.String()) },
  created_user_id: Type.String({ description: 'The user that the sign-in created' }),
  user_id: Type.String({ description: 'The user of the product who has the social account' }),
  ...{ state: State, found_at: Time, decided_at: nullable(Time), decided_by: nullable(Type.String()) },
});
const Named = Type.Object({ id: Id });

export const LIST_LATE_MATCHES = operation({
  ...{ tag, operationId: 'listLateMatches', scope: 'late_matches:read' },
  summary: 'List people who have two users, since their social account came late',
  querystring: Type.Object({
    ...{ company: Type.Optional(Slug), state: Type.Optional(State), ...PageQueryById },
  }),
  response: { 200: ['A page, the oldest first', Page(View), LINK_HEADER] },
});
export const MERGE_LATE_MATCH = operation({
  ...{ tag, operationId: 'mergeLateMatch', scope: 'late_matches:write', params: Named },
  summary: 'Move the link of the person to the user of the product',
  description:
    'The policy is asked again: 409 `late_match_outdated` where it would not link the person to that user now. The sessions of the person end, the user that was created is suspended, and `user.linked` has the cause `merge`.',
  headers: IdempotencyHeaders,
  response: { 200: ['Merged', View] },
});
export const DISMISS_LATE_MATCH = operation({
  ...{ tag, operationId: 'dismissLateMatch', scope: 'late_matches:write', params: Named },
  summary: 'Decide that nothing is to be done',
  headers: IdempotencyHeaders,
  response: { 200: ['Dismissed', View] },
});

export function lateMatchRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();
  const { database } = deps;

  app.get('/late-matches', LIST_LATE_MATCHES, async (request, reply) => {
    const { company: slug, state = null } = request.query;
    const companyId =
      slug === undefined ? request.caller.companyId : (await visibleCompany(deps, request, slug)).id;
    return sendPage(request, reply, (page) => pageOfLateMatches(database, { companyId, state, ...page }), {
      cursor: ({ id }) => id,
      item: view,
    });
  });

  app.post('/late-matches/:id/merge', MERGE_LATE_MATCH, async (request) => {
    const { id } = await visible(deps, request, request.params.id);
    await change(deps, request, (tx, actor) => mergeLateMatch(tx, actor, id));
    return view(await visible(deps, request, id));
  });

  app.post('/late-matches/:id/dismiss', DISMISS_LATE_MATCH, async (request) => {
    const { id } = await visible(deps, request, request.params.id);
    await change(deps, request, (tx, actor) => dismissLateMatch(tx, actor, id));
    return view(await visible(deps, request, id));
  });
}

/** @throws SsoLinkError `late_match_not_found`, the same for a missing one and for another company's */
async function visible(
  { database }: Pick<ApiDeps, 'database'>,
  { caller }: Pick<FastifyRequest, 'caller'>,
  id: string,
): Promise<LateMatchView> {
  const found = await readLateMatch(database, id, caller);
  if (found) return found;
  throw new SsoLinkError('late_match_not_found', `there is no late match ${id}`);
}

/** Times come from SQL as text. */
const view = (row: LateMatchView) => ({
  ...row,
  found_at: new Date(row.found_at).toISOString(),
  decided_at: row.decided_at === null ? null : new Date(row.decided_at).toISOString(),
});
