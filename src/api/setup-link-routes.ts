import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import {
  createSetupLink,
  pageOfSetupLinks,
  revokeSetupLink,
  type SetupLink,
} from '../companies/setup-links.ts';
import type { ApiDeps } from './api-deps.ts';
import { change, visibleCompany } from './company-scope.ts';
import { IdempotencyHeaders } from './idempotency.ts';
import { Body, Id, nullable, operation, Slug, Time } from './operation.ts';
import { LINK_HEADER, Page, PageQueryById, sendPage } from './pages.ts';

const tag = 'setup links';
const Purpose = Type.Union([Type.Literal('setup'), Type.Literal('secret'), Type.Literal('replace')], {
  description:
    '`setup`: everything, while no SSO client is active. `secret`: a new secret. `replace`: another Client ID, by a new DNS proof',
});
const fields = {
  ...{ id: Id, company: Slug, purpose: Purpose },
  state: Type.Union(
    (['open', 'expired', 'revoked', 'fulfilled'] as const).map((state) => Type.Literal(state)),
  ),
  created_by: Type.String(),
  ...{ created_at: Time, expires_at: Time, revoked_at: nullable(Time), fulfilled_at: nullable(Time) },
};
const View = Type.Object(fields);
const OfCompany = Type.Object({ slug: Slug });
const Named = Type.Object({ slug: Slug, id: Id });

export const LIST_SETUP_LINKS = operation({
  ...{ tag, operationId: 'listSetupLinks', scope: 'setup_links:read', params: OfCompany },
  summary: 'List the setup links of a company, without what is secret',
  querystring: Type.Object(PageQueryById),
  response: { 200: ['A page', Page(View), LINK_HEADER] },
});
export const CREATE_SETUP_LINK = operation({
  ...{ tag, operationId: 'createSetupLink', scope: 'setup_links:write', params: OfCompany },
  headers: IdempotencyHeaders,
  summary: 'Make a link by which a company’s JumpCloud admin enables SSO',
  description:
    'The address is returned once. Anyone who has it can do what its purpose allows, until it expires, is revoked or is fulfilled.',
  body: Body({
    purpose: Purpose,
    expires_in: Type.Optional(
      Type.Integer({ minimum: 60, maximum: 2_592_000, default: 604_800, description: 'Seconds' }),
    ),
  }),
  response: { 201: ['The link', Type.Object({ ...fields, url: Type.String() })] },
});
export const DELETE_SETUP_LINK = operation({
  ...{ tag, operationId: 'deleteSetupLink', scope: 'setup_links:write', params: Named },
  summary: 'Revoke a setup link, and end what was opened by it',
  response: { 204: ['It is revoked'] },
});

export function setupLinkRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();

  app.get('/companies/:slug/setup-links', LIST_SETUP_LINKS, async (request, reply) => {
    const company = await visibleCompany(deps, request, request.params.slug);
    return sendPage(request, reply, (page) => pageOfSetupLinks(deps.database, company, page), {
      cursor: ({ id }) => id,
      item: view,
    });
  });

  app.post('/companies/:slug/setup-links', CREATE_SETUP_LINK, async (request, reply) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { purpose, expires_in: seconds } = request.body;
    const { url, ...link } = await change(deps, request, (tx, actor) =>
      createSetupLink(tx, actor, {
        ...{ slug, purpose, publicUrl: deps.config.PUBLIC_URL },
        expiresIn: seconds === undefined ? undefined : seconds * 1000,
      }),
    );
    return reply.code(201).send({ ...view(link), url });
  });

  app.delete('/companies/:slug/setup-links/:id', DELETE_SETUP_LINK, async (request, reply) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    await change(deps, request, (tx, actor) => revokeSetupLink(tx, actor, { id: request.params.id, slug }));
    return reply.code(204).send();
  });
}

function view({ id, company, purpose, state, ...rest }: SetupLink) {
  return {
    ...{ id, company, purpose, state, created_by: rest.createdBy, created_at: rest.createdAt },
    ...{ expires_at: rest.expiresAt, revoked_at: rest.revokedAt, fulfilled_at: rest.fulfilledAt },
  };
}
