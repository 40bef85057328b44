import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import {
  type Company,
  createCompany,
  pageOfCompanies,
  setCompanyStatus,
  updateCompany,
} from '../companies/companies.ts';
import type { ApiDeps } from './api-deps.ts';
import { requireAllCompanies } from './authentication.ts';
import { change, visibleCompany } from './company-scope.ts';
import { IdempotencyHeaders } from './idempotency.ts';
import { Body, Id, operation, Slug, Text, Time } from './operation.ts';
import { LINK_HEADER, Page, PageQuery, sendPage } from './pages.ts';

const tag = 'companies';
const Status = Type.Union([Type.Literal('active'), Type.Literal('disabled')]);
const View = Type.Object({
  ...{ id: Id, slug: Slug, name: Type.String(), status: Status },
  creates_users: Type.Boolean({ description: 'Whether a person without a user gets a new one' }),
  merge_late_matches: Type.Boolean({
    description: 'Whether late matches are merged by themselves, where they are unique',
  }),
  ...{ created_at: Time, updated_at: Time },
});
const Named = Type.Object({ slug: Slug });

export const LIST_COMPANIES = operation({
  ...{ tag, operationId: 'listCompanies', scope: 'companies:read', summary: 'List companies, by slug' },
  querystring: Type.Object(PageQuery),
  response: { 200: ['A page', Page(View), LINK_HEADER] },
});
export const CREATE_COMPANY = operation({
  ...{ tag, operationId: 'createCompany', scope: 'companies:write', summary: 'Create a company' },
  headers: IdempotencyHeaders,
  description: 'For a key of all companies.',
  body: Body({ slug: Slug, name: Text(200), creates_users: Type.Optional(Type.Boolean({ default: true })) }),
  response: { 201: ['Created, active', View] },
});
export const GET_COMPANY = operation({
  ...{ tag, operationId: 'getCompany', scope: 'companies:read', summary: 'Read a company', params: Named },
  response: { 200: ['The company', View] },
});
export const UPDATE_COMPANY = operation({
  ...{ tag, operationId: 'updateCompany', scope: 'companies:write', params: Named },
  summary: 'Change the name or the status of a company, or whether it creates users',
  description: 'Only what the body names changes. While a company is disabled, none of its people signs in.',
  body: Body({
    name: Type.Optional(Text(200)),
    status: Type.Optional(Status),
    creates_users: Type.Optional(Type.Boolean()),
    merge_late_matches: Type.Optional(Type.Boolean()),
  }),
  response: { 200: ['The company', View] },
});

export function companyRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();

  app.get('/companies', LIST_COMPANIES, (request, reply) =>
    sendPage(
      request,
      reply,
      (page) => pageOfCompanies(deps.database, { ...page, companyId: request.caller.companyId }),
      { cursor: ({ slug }) => slug, item: view },
    ),
  );

  app.post('/companies', CREATE_COMPANY, async (request, reply) => {
    requireAllCompanies(request.caller);
    const { slug, name, creates_users: createsUsers = true } = request.body;
    const created = await change(deps, request, (tx, actor) =>
      createCompany(tx, actor, { slug, name, createsUsers }),
    );
    return reply.code(201).header('location', `/v1/companies/${slug}`).send(view(created));
  });

  app.get('/companies/:slug', GET_COMPANY, async (request) =>
    view(await visibleCompany(deps, request, request.params.slug)),
  );

  app.patch('/companies/:slug', UPDATE_COMPANY, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { name, status, creates_users: createsUsers, merge_late_matches: mergeLateMatches } = request.body;
    return change(deps, request, async (tx, actor) => {
      const said = {
        ...(name !== undefined && { name }),
        ...(createsUsers !== undefined && { createsUsers }),
        ...(mergeLateMatches !== undefined && { mergeLateMatches }),
      };
      const updated = await updateCompany(tx, actor, slug, said);
      if (status === undefined) return view(updated.company);
      return view((await setCompanyStatus(tx, actor, slug, status)).company);
    });
  });
}

function view(company: Company) {
  const { id, slug, name, status, createsUsers, mergeLateMatches, createdAt, updatedAt } = company;
  return {
    ...{ id, slug, name, status, creates_users: createsUsers },
    merge_late_matches: mergeLateMatches,
    ...{ created_at: createdAt, updated_at: updatedAt },
  };
}
