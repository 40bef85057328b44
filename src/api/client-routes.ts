import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { createCheckedClient, updateCheckedClient } from '../companies/checked-clients.ts';
import { pageOfSsoClients, type SsoClientView } from '../companies/sso-client-rows.ts';
import { activateSsoClient, disableSsoClient } from '../companies/sso-clients.ts';
import { createTestLink } from '../companies/test-link.ts';
import type { ApiDeps } from './api-deps.ts';
import { change, visibleCompany } from './company-scope.ts';
import { IdempotencyHeaders } from './idempotency.ts';
import { Body, Id, nullable, operation, Slug, Text, Time } from './operation.ts';
import { LINK_HEADER, Page, PageQueryById, sendPage } from './pages.ts';

const tag = 'clients';
const AuthMethod = Type.Union([Type.Literal('client_secret_post'), Type.Literal('client_secret_basic')]);
const View = Type.Object({
  ...{ id: Id, company: Slug, region: Type.String(), issuer: Type.String(), client_id: Type.String() },
  auth_method: AuthMethod,
  status: Type.Union([Type.Literal('draft'), Type.Literal('active'), Type.Literal('disabled')]),
  version: Type.Integer({ description: 'Raised by each change; sign-ins under way are refused then' }),
  logout_at_provider: Type.Boolean(),
  organization: nullable(Type.String({ description: 'At JumpCloud, learnt at the first sign-in' })),
  ...{ created_at: Time, updated_at: Time },
});
const OfCompany = Type.Object({ slug: Slug });
const Named = Type.Object({ slug: Slug, id: Id });
const settings = {
  region: Type.Optional(Text(50, 'As JUMPCLOUD_ISSUERS names it. Without it each listed issuer is asked')),
  auth_method: Type.Optional(AuthMethod),
  logout_at_provider: Type.Optional(Type.Boolean()),
  check: Type.Optional(
    Type.Boolean({ default: true, description: 'Ask JumpCloud whether the credential is right' }),
  ),
};
const ClientSecret = Text(1_000, 'Stored sealed, never returned');

export const LIST_CLIENTS = operation({
  ...{ tag, operationId: 'listClients', scope: 'clients:read', summary: 'List the SSO clients of a company' },
  ...{ params: OfCompany, querystring: Type.Object(PageQueryById) },
  response: { 200: ['A page', Page(View), LINK_HEADER] },
});
export const CREATE_CLIENT = operation({
  ...{
    tag,
    operationId: 'createClient',
    scope: 'clients:write',
    summary: 'Create an SSO client, as a draft',
  },
  headers: IdempotencyHeaders,
  params: OfCompany,
  body: Body({ client_id: Text(255), client_secret: ClientSecret, ...settings }),
  response: { 201: ['Created', View] },
});
export const UPDATE_CLIENT = operation({
  ...{ tag, operationId: 'updateClient', scope: 'clients:write', summary: 'Change an SSO client' },
  description: 'Only what the body names changes. Sign-ins that are under way are refused and begin again.',
  params: Named,
  body: Body({
    client_id: Type.Optional(Text(255)),
    client_secret: Type.Optional(ClientSecret),
    ...settings,
  }),
  response: { 200: ['The SSO client', View] },
});
export const ACTIVATE_CLIENT = operation({
  ...{ tag, operationId: 'activateClient', scope: 'clients:write', params: Named },
  headers: IdempotencyHeaders,
  summary: 'Let the people of a company sign in by an SSO client; the one that was active is disabled',
  body: Body({
    allow_no_domain: Type.Optional(
      Type.Boolean({ description: 'Although the company has no proven domain: links are made by hand' }),
    ),
  }),
  response: {
    200: ['The SSO client', Type.Object({ client: View, replaced: nullable(Id) })],
  },
});
export const DISABLE_CLIENT = operation({
  ...{ tag, operationId: 'disableClient', scope: 'clients:write', params: Named },
  headers: IdempotencyHeaders,
  summary: 'End the sign-in by an SSO client; the links stay',
  response: { 200: ['The SSO client', View] },
});
export const CREATE_TEST_LINK = operation({
  ...{ tag, operationId: 'createTestLink', scope: 'clients:write', params: Named },
  headers: IdempotencyHeaders,
  summary: 'Make a link by which a person tests an SSO client',
  description:
    'Anyone who has the link can use it for an hour, until the client changes. It signs in nobody.',
  response: { 201: ['The link', Type.Object({ url: Type.String(), expires_at: Time })] },
});

export function clientRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();
  const { database, sealer, config } = deps;
  const registry = { database, sealer, issuers: config.JUMPCLOUD_ISSUERS };

  app.get('/companies/:slug/clients', LIST_CLIENTS, async (request, reply) => {
    const company = await visibleCompany(deps, request, request.params.slug);
    return sendPage(request, reply, (page) => pageOfSsoClients(database, company, page), {
      cursor: ({ id }) => id,
      item: view,
    });
  });

  app.post('/companies/:slug/clients', CREATE_CLIENT, async (request, reply) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { client_id: clientId, client_secret: clientSecret } = request.body;
    const input = { slug, clientId, clientSecret, ...settingsOf(request.body) };
    const created = await createCheckedClient(registry, request.caller.actor, input);
    return reply.code(201).send(view(created));
  });

  app.patch('/companies/:slug/clients/:id', UPDATE_CLIENT, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { client_id: clientId, client_secret: clientSecret } = request.body;
    const updated = await updateCheckedClient(registry, request.caller.actor, {
      ...{ slug, id: request.params.id },
      ...(clientId !== undefined && { clientId }),
      ...(clientSecret !== undefined && { clientSecret }),
      ...settingsOf(request.body),
    });
    return view(updated);
  });

  app.post('/companies/:slug/clients/:id/activate', ACTIVATE_CLIENT, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { allow_no_domain: allowNoDomain = false } = request.body;
    const { client, replaced } = await change(deps, request, (tx, actor) =>
      activateSsoClient(tx, actor, slug, { id: request.params.id, allowNoDomain }),
    );
    return { client: view(client), replaced };
  });

  app.post('/companies/:slug/clients/:id/disable', DISABLE_CLIENT, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { client } = await change(deps, request, (tx, actor) =>
      disableSsoClient(tx, actor, slug, request.params.id),
    );
    return view(client);
  });

  app.post('/companies/:slug/clients/:id/test-links', CREATE_TEST_LINK, async (request, reply) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const of = { slug, id: request.params.id, publicUrl: config.PUBLIC_URL };
    const { url, expiresAt } = await createTestLink(database, sealer, of);
    return reply.code(201).send({ url, expires_at: expiresAt });
  });
}

interface SettingsBody {
  region?: string;
  auth_method?: 'client_secret_post' | 'client_secret_basic';
  logout_at_provider?: boolean;
  check?: boolean;
}

function settingsOf({ region, auth_method, logout_at_provider, check = true }: SettingsBody) {
  return {
    check,
    ...(region !== undefined && { region }),
    ...(auth_method !== undefined && { authMethod: auth_method }),
    ...(logout_at_provider !== undefined && { logoutAtProvider: logout_at_provider }),
  };
}

function view(client: SsoClientView) {
  const { clientId, authMethod, logoutAtProvider, createdAt, updatedAt, ...same } = client;
  return {
    ...same,
    ...{ client_id: clientId, auth_method: authMethod, logout_at_provider: logoutAtProvider },
    ...{ created_at: createdAt, updated_at: updatedAt },
  };
}
