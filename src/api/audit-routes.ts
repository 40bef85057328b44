import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { pageOfAudit } from '../audit-pages.ts';
import type { ApiDeps } from './api-deps.ts';
import { visibleCompany } from './company-scope.ts';
import { nullable, operation, Slug, Text, Time } from './operation.ts';
import { LINK_HEADER, Page, PageQuery, sendPage } from './pages.ts';

const View = Type.Object({
  cursor: Type.String({ description: 'Give it as `after` to continue after this entry' }),
  at: Time,
  actor: Type.String({ description: '`operator:<name>` or `key:<name>`' }),
  ...{ action: Type.String(), company: nullable(Slug), target: Type.String() },
  details: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
});

export const LIST_AUDIT = operation({
  ...{ tag: 'audit', operationId: 'listAudit', scope: 'audit:read' },
  summary: 'Read the audit log, the oldest entry first',
  description:
    'Entries come in the order of their transactions, and one that commits late is never skipped: to follow the log, ask again with the `cursor` of the last entry. With `Accept: application/x-ndjson` each entry is a line.',
  querystring: Type.Object({ company: Type.Optional(Slug), ...PageQuery }),
  response: {
    200: [
      'A page',
      Page(View),
      LINK_HEADER,
      { 'application/x-ndjson': { schema: Text(1_000_000, 'An entry per line') } },
    ],
  },
});

export function auditRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();

  app.get('/audit', LIST_AUDIT, async (request, reply) => {
    const { company: slug } = request.query;
    const companyId =
      slug === undefined ? request.caller.companyId : (await visibleCompany(deps, request, slug)).id;
    const page = await sendPage(
      request,
      reply,
      (page) => pageOfAudit(deps.database, { ...page, companyId }),
      {
        cursor: ({ cursor }) => cursor,
        item: (entry) => entry,
      },
    );
    if (request.headers.accept !== 'application/x-ndjson') return page;
    void reply.type('application/x-ndjson');
    return reply.send(page.items.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  });
}
