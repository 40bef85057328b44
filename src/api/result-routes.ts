import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { OUTCOMES } from '../events/link-result.ts';
import { pageOfResults, type ResultRow, showResult } from '../linking/results.ts';
import type { ApiDeps } from './api-deps.ts';
import { visibleCompany } from './company-scope.ts';
import { Id, nullable, operation, readTime, Slug, Text, Time } from './operation.ts';
import { LINK_HEADER, Page, PageQueryById, sendPage } from './pages.ts';

const tag = 'results';
const Outcome = Type.Union(OUTCOMES.map((outcome) => Type.Literal(outcome)));
const fields = {
  ...{ login_id: Id, company_id: Id, company: Slug, outcome: Outcome, reason: nullable(Type.String()) },
  ...{ user_id: nullable(Type.String()), sso_identity_id: Id, decided_at: Time },
  policy_version: Type.Integer(),
  matched: Type.Unsafe<object[]>({ type: 'array', description: 'As in `user.link_result`' }),
  evidence: Type.Unsafe<object>({
    type: 'object',
    additionalProperties: true,
    description: 'As in `user.link_result`',
  }),
};
const View = Type.Object(fields);
const Details = Type.Object({
  ...fields,
  ...{ authenticated_at: Time, sso_client_id: Id, issuer: Type.String(), subject: Type.String() },
  ...{ identity_email: nullable(Type.String()), identity_name: nullable(Type.String()) },
  linked_to: nullable(Type.String({ description: 'The user that the identity is linked to now' })),
  ...{ linked_at: nullable(Time), link_removed_at: nullable(Time) },
});

export const LIST_RESULTS = operation({
  ...{
    tag,
    operationId: 'listResults',
    scope: 'results:read',
    summary: 'List link results, the newest first',
  },
  querystring: Type.Object({
    company: Type.Optional(Slug),
    email: Type.Optional(Text(1_000, 'Of the person who last came with this email')),
    outcome: Type.Optional(Outcome),
    since: Type.Optional(Type.String({ format: 'date-time', description: 'Decided at this time or later' })),
    ...PageQueryById,
  }),
  response: { 200: ['A page', Page(View), LINK_HEADER] },
});
export const GET_RESULT = operation({
  ...{ tag, operationId: 'getResult', scope: 'results:read' },
  summary: 'Read one result, with its sign-in and SSO identity',
  params: Type.Object({ login_id: Id }),
  response: { 200: ['The result', Details] },
});

export function resultRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();

  app.get('/results', LIST_RESULTS, async (request, reply) => {
    const { company: slug, email, outcome, since } = request.query;
    const companyId =
      slug === undefined ? request.caller.companyId : (await visibleCompany(deps, request, slug)).id;
    const filter = {
      companyId,
      ...(email !== undefined && { email }),
      ...(outcome !== undefined && { outcome }),
      ...(since !== undefined && { since: readTime(since) }),
    };
    return sendPage(request, reply, (page) => pageOfResults(deps.database, { ...filter, ...page }), {
      cursor: ({ login_id }) => login_id,
      item: view,
    });
  });

  app.get('/results/:login_id', GET_RESULT, async (request) => {
    const { login_id: loginId } = request.params;
    const { companyId } = request.caller;
    const row = await showResult(deps.database, loginId, companyId === null ? {} : { companyId });
    const { authenticated_at, linked_at, link_removed_at, ...same } = row as Record<string, string | null>;
    return {
      ...same,
      decided_at: iso(same.decided_at),
      authenticated_at: iso(authenticated_at),
      linked_at: iso(linked_at),
      link_removed_at: iso(link_removed_at),
    };
  });
}

const view = (row: ResultRow) => ({ ...row, decided_at: iso(row.decided_at) });

/** Times come from SQL as text. */
const iso = (time: string | null | undefined) => (time ? new Date(time).toISOString() : null);
