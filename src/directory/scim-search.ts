import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../db/client.ts';
import type { ListQuery, Page } from './lists.ts';
import { sendScim } from './scim-http.ts';
import { listResponse, type Selection, select } from './scim-reply.ts';
import type { Served } from './scim-resources.ts';
import { type Doc, isObject } from './scim-value.ts';
import type { DirectoryCaller } from './tokens.ts';

type Search = ListQuery & Selection;

/** `POST …/.search` (RFC 7644 §3.4.3): a list whose query is in the body, of one kind or of all. */
export function searchRoute(app: FastifyInstance, database: Pick<Database, 'sql'>, served: Served[]): void {
  for (const [path, kinds] of [['', served], ...served.map((one) => [one.kind.endpoint, [one]])] as const) {
    app.post(`${path}/.search`, async (request: FastifyRequest, reply) => {
      const search: Search = isObject(request.body) ? request.body : {};
      const page = await searchAll(kinds as Served[], database, request.directory as DirectoryCaller, search);
      return sendScim(reply, listResponse({ ...page, rows: page.rows.map((row) => select(row, search)) }));
    });
  }
}

/** One list after the other, as if they were one. */
async function searchAll(
  kinds: Served[],
  { sql }: Pick<Database, 'sql'>,
  caller: DirectoryCaller,
  search: Search,
): Promise<Page<Doc>> {
  const [first, ...others] = kinds;
  const found = await (first as Served).list(sql, caller, search);
  for (const kind of others) {
    const startIndex = Math.max(1, found.startIndex - found.totalResults);
    const count = Math.max(0, Number(search.count ?? 200) - found.rows.length);
    const next = await kind.list(sql, caller, { ...search, startIndex, count });
    found.rows.push(...next.rows);
    found.totalResults += next.totalResults;
  }
  return found;
}
