import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  type MirroredAccount,
  ownerOfAccount,
  putAccount,
  readAccount,
  removeAccount,
} from '../accounts/mirror-change.ts';
import { SsoLinkError } from '../errors.ts';
import type { ApiDeps } from './api-deps.ts';
import { change } from './company-scope.ts';
import { Body, nullable, operation, Text } from './operation.ts';
import { visibleUser } from './visible.ts';

const tag = 'users';
export const AccountView = Type.Object({
  ...{ provider: Type.String(), provider_user_id: Type.String() },
  email: nullable(Type.String({ description: 'Normalized' })),
  email_verified: Type.Boolean(),
});
/** As in a line of the import. */
export const ChangedAt = Type.String({
  maxLength: 64,
  description:
    'When the product made the change, RFC 3339; default: now. A change that is older than the last one has no effect',
});
const Named = Type.Object({
  user_id: Text(255, "The product's id of the user"),
  provider: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' }),
  provider_user_id: Text(255),
});

export const GET_ACCOUNT = operation({
  ...{ tag, operationId: 'getAccount', scope: 'users:read', summary: 'Read a social account', params: Named },
  response: { 200: ['The account', AccountView] },
});
export const PUT_ACCOUNT = operation({
  ...{ tag, operationId: 'putAccount', scope: 'accounts:write', params: Named },
  summary: 'Give a user a social account',
  description:
    'The user must exist. An account that another user has moves to this one. `email` is null where the provider gives none; no email finds the account then.',
  body: Body({
    email: nullable(Text(1_000)),
    email_verified: Type.Boolean(),
    changed_at: Type.Optional(nullable(ChangedAt)),
  }),
  response: { 200: ['The account', AccountView] },
});
export const DELETE_ACCOUNT = operation({
  ...{ tag, operationId: 'deleteAccount', scope: 'accounts:write', params: Named },
  summary: 'Take a social account from a user; a link that it led to stays',
  response: { 204: ['It is gone'] },
});

export function accountRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();
  const path = '/users/:user_id/accounts/:provider/:provider_user_id';

  app.get(path, GET_ACCOUNT, async (request) => {
    const account = nameOf(request.params);
    await visibleUser(deps.database, request, account.userId);
    return accountView(await readAccount(deps.database, account));
  });

  app.put(path, PUT_ACCOUNT, async (request) => {
    const account = nameOf(request.params);
    await visibleUser(deps.database, request, account.userId);
    await assertNotForeign(deps, request, account);
    const { email, email_verified: emailVerified, changed_at: changedAt = null } = request.body;
    const given = { ...account, email, emailVerified, changedAt };
    await change(deps, request, (tx, actor) => putAccount(tx, actor, given));
    return accountView(await readAccount(deps.database, account));
  });

  app.delete(path, DELETE_ACCOUNT, async (request, reply) => {
    const account = nameOf(request.params);
    await visibleUser(deps.database, request, account.userId);
    await change(deps, request, (tx, actor) => removeAccount(tx, actor, account));
    return reply.code(204).send();
  });
}

/** A key of one company takes no account from a user whom it cannot see. */
async function assertNotForeign(
  { database }: ApiDeps,
  request: FastifyRequest,
  account: ReturnType<typeof nameOf>,
): Promise<void> {
  if (request.caller.companyId === null) return;
  const owner = await ownerOfAccount(database, account);
  if (owner === null || owner === account.userId) return;
  await visibleUser(database, request, owner).catch(() => {
    throw new SsoLinkError('account_not_found', 'another user has this account');
  });
}

function nameOf(params: { user_id: string; provider: string; provider_user_id: string }) {
  return { userId: params.user_id, provider: params.provider, providerUserId: params.provider_user_id };
}

export function accountView({ provider, providerUserId, email, emailVerified }: MirroredAccount) {
  return { provider, provider_user_id: providerUserId, email, email_verified: emailVerified };
}
