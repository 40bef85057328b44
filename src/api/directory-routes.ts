import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import {
  type DirectoryStatus,
  directoryStatus,
  forgetDirectoryUser,
  setDirectoryEnabled,
} from '../directory/directory.ts';
import {
  DIRECTORY_USER_STATES,
  type DirectoryUserView,
  pageOfDirectoryUsers,
} from '../directory/directory-users.ts';
import type { ApiDeps } from './api-deps.ts';
import { change, visibleCompany } from './company-scope.ts';
import { Body, Id, nullable, operation, Slug, Text, Time } from './operation.ts';
import { LINK_HEADER, Page, PageQueryById, sendPage } from './pages.ts';

const tag = 'directory';
const OfCompany = Type.Object({ slug: Slug });
const Count = Type.Integer();
const Status = Type.Object({
  ...{ company: Slug, enabled: Type.Boolean(), tokens: Count, last_used_at: nullable(Time) },
  users: Type.Integer({ description: 'Deleted ones not included' }),
  ...{ active_users: Count, deleted_users: Count, groups: Count },
  bound_identities: Type.Integer({ description: 'SSO identities that a directory user is bound to' }),
  ...{ blocked_identities: Count, blocked_last_hour: Count },
  mass_change: Type.Boolean({ description: 'More than 30 % and more than 10 were blocked within an hour' }),
});
const Change = Type.Object({
  ...{ company: Slug, enabled: Type.Boolean() },
  blocked: Type.Integer({ description: 'People who may not sign in from now on' }),
  unblocked: Type.Integer({ description: 'People whom the directory no longer blocks' }),
});
const State = Type.Enum([...DIRECTORY_USER_STATES]);
const User = Type.Object({
  ...{ id: Id, user_name: Type.String(), state: State, external_id: nullable(Type.String()) },
  ...{ sso_identity_id: nullable(Id), bound_by: nullable(Type.Enum(['external_id', 'email'])) },
  user_id: nullable(Type.String({ description: 'The user that the SSO identity is linked to' })),
  sign_in: nullable(
    Type.Enum(['active', 'inactive'], { description: 'What follows for the sign-in of the SSO identity' }),
  ),
  updated_at: Time,
});

export const GET_DIRECTORY = operation({
  ...{ tag, operationId: 'getDirectory', scope: 'directory:read', params: OfCompany },
  summary: 'What the directory of a company has pushed, in numbers',
  response: { 200: ['The directory', Status] },
});
export const UPDATE_DIRECTORY = operation({
  ...{ tag, operationId: 'updateDirectory', scope: 'directory:write', params: OfCompany },
  summary: 'Let the directory of a company push, or refuse its requests',
  description: 'While it is disabled it blocks nobody; what it pushed counts again once it is enabled.',
  body: Body({ enabled: Type.Boolean() }),
  response: { 200: ['The state, and what follows from it', Change] },
});
export const LIST_DIRECTORY_USERS = operation({
  ...{ tag, operationId: 'listDirectoryUsers', scope: 'directory:read', params: OfCompany },
  summary: 'List the users of a directory, and the SSO identities that they are bound to',
  querystring: Type.Object({ ...PageQueryById, state: Type.Optional(State) }),
  response: { 200: ['A page', Page(User), LINK_HEADER] },
});
export const FORGET_DIRECTORY_USER = operation({
  ...{ tag, operationId: 'forgetDirectoryUser', scope: 'directory:write' },
  summary: 'Delete what is stored of one user of a directory; a block that came from the user ends',
  params: Type.Object({ slug: Slug, user: Text(255, 'A user name, or an id of the list') }),
  response: {
    200: ['Deleted', Type.Object({ forgotten: Type.Array(Id), unblocked: Change.properties.unblocked })],
  },
});

export function directoryRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();

  app.get('/companies/:slug/directory', GET_DIRECTORY, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    return statusView(await directoryStatus(deps.database, slug));
  });

  app.patch('/companies/:slug/directory', UPDATE_DIRECTORY, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { enabled } = request.body;
    const { changed: _, ...done } = await change(deps, request, (tx, actor) =>
      setDirectoryEnabled(tx, actor, { slug, enabled }),
    );
    return done;
  });

  app.get('/companies/:slug/directory/users', LIST_DIRECTORY_USERS, async (request, reply) => {
    const { id } = await visibleCompany(deps, request, request.params.slug);
    const { state = null } = request.query;
    return sendPage(request, reply, (page) => pageOfDirectoryUsers(deps.database, id, { ...page, state }), {
      cursor: (user) => user.directory_user_id,
      item: userView,
    });
  });

  app.delete('/companies/:slug/directory/users/:user', FORGET_DIRECTORY_USER, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const who = request.params.user;
    const { forgotten, unblocked } = await change(deps, request, (tx, actor) =>
      forgetDirectoryUser(tx, actor, { slug, who }),
    );
    return { forgotten, unblocked };
  });
}

function statusView(status: DirectoryStatus) {
  const { company, enabled, tokens, users, groups } = status;
  return {
    ...{ company, enabled, tokens, users, groups, last_used_at: status.lastUsedAt },
    ...{ active_users: status.activeUsers, deleted_users: status.deletedUsers },
    ...{ bound_identities: status.boundIdentities, blocked_identities: status.blockedIdentities },
    ...{ blocked_last_hour: status.blockedLastHour, mass_change: status.massChange },
  };
}

function userView({ directory_user_id: id, updated_at, ...user }: DirectoryUserView) {
  return { id, ...user, updated_at: new Date(updated_at) };
}
