/** Lists of users and groups, filtered and in pages (RFC 7644 §3.4.2). */
import type postgres from 'postgres';
import type { Sql } from '../db/client.ts';
import { isUuid } from '../ids.ts';
import { GROUP_COLUMNS, type GroupRow } from './groups.ts';
import { scimError } from './scim-error.ts';
import { type Condition, readFilter } from './scim-filter.ts';
import { MAX_COUNT } from './scim-schemas.ts';
import { USER_COLUMNS, type UserRow } from './scim-user.ts';
import type { DirectoryCaller } from './tokens.ts';
import { userNameKey } from './user-name-key.ts';

export interface ListQuery {
  filter?: string | undefined;
  startIndex?: unknown;
  count?: unknown;
}

export interface Page<Row> {
  rows: Row[];
  totalResults: number;
  startIndex: number;
}

const USER_FILTERS = [
  ...['username', 'externalid', 'id', 'emails.value', 'emails[work].value', 'displayname'],
];
const GROUP_FILTERS = ['displayname', 'externalid', 'id'];

/** @throws SsoLinkError `scim_invalid_filter`, `scim_invalid_value` */
export async function listUsers(
  sql: Sql,
  { companyId }: DirectoryCaller,
  query: ListQuery,
): Promise<Page<UserRow>> {
  const conditions = readConditions(query.filter, USER_FILTERS);
  const where = all(sql, conditions, (condition) => userCondition(sql, condition));
  const from = sql`FROM directory_users d WHERE d.company_id = ${companyId} AND d.deleted_at IS NULL ${where}`;
  return page(
    sql,
    query,
    from,
    (range) => sql<UserRow[]>`
    SELECT ${sql.unsafe(USER_COLUMNS)} ${from} ORDER BY d.id ${range}`,
  );
}

/** @throws SsoLinkError `scim_invalid_filter`, `scim_invalid_value` */
export async function listGroups(
  sql: Sql,
  { companyId }: DirectoryCaller,
  query: ListQuery,
): Promise<Page<GroupRow>> {
  const conditions = readConditions(query.filter, GROUP_FILTERS);
  const where = all(sql, conditions, (condition) => groupCondition(sql, condition));
  const from = sql`FROM directory_groups g WHERE g.company_id = ${companyId} ${where}`;
  return page(
    sql,
    query,
    from,
    (range) => sql<GroupRow[]>`
    SELECT ${sql.unsafe(GROUP_COLUMNS)} ${from} ORDER BY g.id ${range}`,
  );
}

const readConditions = (filter: string | undefined, supported: readonly string[]) =>
  filter === undefined || filter.trim() === '' ? [] : readFilter(filter, supported);

type Fragment = postgres.PendingQuery<postgres.Row[]>;

function all(sql: Sql, conditions: Condition[], build: (condition: Condition) => Fragment) {
  return conditions.reduce((built, condition) => sql`${built} AND ${build(condition)}`, sql``);
}

function userCondition(sql: Sql, { attribute, value }: Condition): Fragment {
  switch (attribute) {
    case 'username':
      return sql`d.user_name_key = ${userNameKey(value)}`;
    case 'externalid':
      return sql`d.external_id = ${value}`;
    case 'id':
      return sql`d.id = ${isUuid(value) ? value : null}::uuid`;
    case 'displayname':
      return sql`lower(d.display_name) = lower(${value})`;
    default:
      return sql`EXISTS (
        SELECT FROM jsonb_array_elements(d.emails) AS e
        WHERE lower(e->>'value') = lower(${value}) AND (${attribute === 'emails.value'} OR e->>'type' = 'work')
      )`;
  }
}

function groupCondition(sql: Sql, { attribute, value }: Condition): Fragment {
  if (attribute === 'id') return sql`g.id = ${isUuid(value) ? value : null}::uuid`;
  if (attribute === 'externalid') return sql`g.external_id = ${value}`;
  return sql`lower(g.display_name) = lower(${value})`;
}

async function page<Row>(
  sql: Sql,
  query: ListQuery,
  from: Fragment,
  read: (range: Fragment) => PromiseLike<Row[]>,
): Promise<Page<Row>> {
  const startIndex = Math.max(1, integer('startIndex', query.startIndex, 1));
  const count = Math.min(MAX_COUNT, Math.max(0, integer('count', query.count, MAX_COUNT)));
  const [total] = await sql<{ n: number }[]>`SELECT count(*)::int AS n ${from}`;
  const rows = count === 0 ? [] : await read(sql`LIMIT ${count} OFFSET ${startIndex - 1}`);
  return { rows: [...rows], totalResults: total?.n ?? 0, startIndex };
}

function integer(name: string, value: unknown, absent: number): number {
  if (value === undefined || value === null || value === '') return absent;
  if (/^-?\d{1,9}$/.test(String(value))) return Number(value);
  throw scimError('scim_invalid_value', `${name} is invalid: expected an integer`);
}
