/** What the routes serve: a kind of resource with its use cases, and the resource as a directory reads it. */
import type { Sql, Transaction } from '../db/client.ts';
import {
  createGroup,
  deleteGroup,
  findGroup,
  type GroupRow,
  groupDoc,
  patchGroup,
  replaceGroup,
} from './groups.ts';
import { type ListQuery, listGroups, listUsers, type Page } from './lists.ts';
import { GROUP, type ResourceKind, USER } from './scim-schemas.ts';
import { type UserRow, userDoc } from './scim-user.ts';
import type { Doc } from './scim-value.ts';
import type { DirectoryCaller } from './tokens.ts';
import { createUser, deleteUser, findUser, patchUser, replaceUser } from './users.ts';

type Body = Record<string, unknown>;
type Change = { id: string; body: Body };

/** The use cases of a kind, each giving the resource with addresses below `base`. */
export interface Served {
  kind: ResourceKind;
  list(sql: Sql, caller: DirectoryCaller, query: ListQuery): Promise<Page<Doc>>;
  find(tx: Pick<Transaction, 'sql'>, caller: DirectoryCaller, id: string): Promise<Doc>;
  create(tx: Transaction, caller: DirectoryCaller, body: Body): Promise<Doc>;
  replace(tx: Transaction, caller: DirectoryCaller, change: Change): Promise<Doc>;
  patch(tx: Transaction, caller: DirectoryCaller, change: Change): Promise<Doc>;
  remove(tx: Transaction, caller: DirectoryCaller, id: string): Promise<void>;
}

type Row = { id: string; createdAt: string; updatedAt: string };

export function servedBelow(base: string): Served[] {
  const resource = <R extends Row>({ name, endpoint, schema }: ResourceKind, row: R, doc: Doc): Doc => ({
    schemas: [schema],
    id: row.id,
    ...doc,
    meta: {
      resourceType: name,
      created: new Date(row.createdAt).toISOString(),
      lastModified: new Date(row.updatedAt).toISOString(),
      location: `${base}${endpoint}/${row.id}`,
    },
  });
  const user = (row: UserRow) => resource(USER, row, userDoc(row));
  const group = (row: GroupRow) => {
    const { members, ...doc } = groupDoc(row);
    const withRefs = (members as { value: string; type: string }[] | undefined)?.map(({ value, type }) => ({
      value,
      $ref: `${base}${USER.endpoint}/${value}`,
      type,
    }));
    return resource(GROUP, row, { ...doc, ...(withRefs && { members: withRefs }) });
  };
  return [
    {
      kind: USER,
      list: async (sql, caller, query) => rendered(await listUsers(sql, caller, query), user),
      find: async (tx, caller, id) => user(await findUser(tx, caller, id)),
      create: async (tx, caller, body) => user(await createUser(tx, caller, body)),
      replace: async (tx, caller, change) => user(await replaceUser(tx, caller, change)),
      patch: async (tx, caller, change) => user(await patchUser(tx, caller, change)),
      remove: deleteUser,
    },
    {
      kind: GROUP,
      list: async (sql, caller, query) => rendered(await listGroups(sql, caller, query), group),
      find: async (tx, caller, id) => group(await findGroup(tx, caller, id)),
      create: async (tx, caller, body) => group(await createGroup(tx, caller, body)),
      replace: async (tx, caller, change) => group(await replaceGroup(tx, caller, change)),
      patch: async (tx, caller, change) => group(await patchGroup(tx, caller, change)),
      remove: deleteGroup,
    },
  ];
}

const rendered = <R>({ rows, ...page }: Page<R>, render: (row: R) => Doc): Page<Doc> => ({
  ...page,
  rows: rows.map(render),
});
