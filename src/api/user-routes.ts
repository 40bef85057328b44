import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { accountsOf, type MirroredUser, putUser, readUser } from '../accounts/mirror-change.ts';
import { deleteUser } from '../accounts/users.ts';
import { SsoLinkError } from '../errors.ts';
import { AccountView, accountView, ChangedAt } from './account-routes.ts';
import type { ApiDeps } from './api-deps.ts';
import { change, visibleCompany } from './company-scope.ts';
import { Body, nullable, operation, Slug, Text, Time } from './operation.ts';
import { visibleUser } from './visible.ts';

const tag = 'users';
export const UserId = Text(255, "The product's id of the user");
const View = Type.Object({
  user_id: Type.String(),
  company: nullable(Slug),
  company_set_by: nullable(
    Type.Union([Type.Literal('import'), Type.Literal('link')], {
      description: 'A company that a link set is not changed here',
    }),
  ),
  name: nullable(Type.String()),
  status: Type.Union([Type.Literal('active'), Type.Literal('suspended'), Type.Literal('deleted')]),
  accounts: Type.Array(AccountView),
  ...{ created_at: Time, updated_at: Time },
});
const Named = Type.Object({ user_id: UserId });

export const GET_USER = operation({
  ...{ tag, operationId: 'getUser', scope: 'users:read', summary: 'Read a user and their social accounts' },
  params: Named,
  response: { 200: ['The user', View] },
});
export const PUT_USER = operation({
  ...{ tag, operationId: 'putUser', scope: 'users:write', summary: 'Create or change a user' },
  description:
    'As a line of the import. `name` and `status` stay as they are where they are absent; a new user is active. `company` must be named: null for none. A key of one company changes users of that company and creates none.',
  params: Named,
  body: Body({
    company: nullable(Slug),
    name: Type.Optional(nullable(Text(500))),
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('suspended')])),
    changed_at: Type.Optional(nullable(ChangedAt)),
  }),
  response: { 200: ['The user', View], 201: ['Created', View] },
});
export const DELETE_USER = operation({
  ...{ tag, operationId: 'deleteUser', scope: 'users:write', summary: 'Erase a user' },
  description:
    'Name, emails, social accounts and sessions are erased for good. The id stays as deleted: the person is refused, and no import brings the user back.',
  params: Named,
  response: { 204: ['Erased'] },
});

export function userRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();
  const show = async (user: MirroredUser) => view(user, await accountsOf(deps.database, user.id));

  app.get('/users/:user_id', GET_USER, async (request) =>
    show(await visibleUser(deps.database, request, request.params.user_id)),
  );

  app.put('/users/:user_id', PUT_USER, async (request, reply) => {
    const { user_id: id } = request.params;
    const { company, name, status, changed_at: changedAt = null } = request.body;
    await assertOwnUser(deps, request, id, company);
    const { created } = await change(deps, request, (tx, actor) =>
      putUser(tx, actor, {
        ...{ id, company, changedAt },
        ...(name !== undefined && { name }),
        ...(status !== undefined && { status }),
      }),
    );
    return reply.code(created ? 201 : 200).send(await show(await readUser(deps.database, id)));
  });

  app.delete('/users/:user_id', DELETE_USER, async (request, reply) => {
    const { id } = await visibleUser(deps.database, request, request.params.user_id);
    await change(deps, request, (tx, actor) => deleteUser(tx, actor, id));
    return reply.code(204).send();
  });
}

/** Users are of all companies until they have one: a key of one company neither creates nor moves any. */
async function assertOwnUser(
  deps: ApiDeps,
  request: FastifyRequest,
  id: string,
  company: string | null,
): Promise<void> {
  if (request.caller.companyId === null) return;
  await visibleUser(deps.database, request, id);
  if (company === null)
    throw new SsoLinkError('key_of_one_company', 'a key of one company cannot release a user');
  await visibleCompany(deps, request, company);
}

function view(user: MirroredUser, accounts: Awaited<ReturnType<typeof accountsOf>>) {
  const { id, company, companySetBy, name, status, createdAt, updatedAt } = user;
  return {
    ...{
      user_id: id,
      company,
      company_set_by: companySetBy,
      name,
      status,
      accounts: accounts.map(accountView),
    },
    ...{ created_at: createdAt, updated_at: updatedAt },
  };
}
