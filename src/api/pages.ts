/** Keyset cursors: `after` is the last item of the page before, so rows that come and go shift no page. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { Id, Text } from './operation.ts';

export const DEFAULT_LIMIT = 50;

/** The query of every list. */
export const PageQuery = {
  after: Type.Optional(Text(300, 'The cursor of the page before, as its `next` says')),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: DEFAULT_LIMIT })),
};

/** The query of a list whose cursor is an id. */
export const PageQueryById = { ...PageQuery, after: Type.Optional(Id) };

export const LINK_HEADER = {
  link: { type: 'string', description: 'The next page, as `<…>; rel="next"`; absent on the last one' },
};

export const Page = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], {
      description: '`after` of the next page; null on the last one',
    }),
  });

/**
 * Answers one page and its `Link` header.
 * @param read gives up to `count` items after the cursor; it is asked for one more than the page holds
 */
export async function sendPage<Row, Item>(
  request: Pick<FastifyRequest, 'url'> & { query: { after?: string; limit?: number } },
  reply: FastifyReply,
  read: (page: { after: string | null; count: number }) => Promise<Row[]>,
  view: { cursor(row: Row): string; item(row: Row): Item },
): Promise<{ items: Item[]; next: string | null }> {
  const { after = null, limit = DEFAULT_LIMIT } = request.query;
  const rows = await read({ after, count: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? view.cursor(last) : null;
  if (next !== null) {
    const url = new URL(request.url, 'http://api.invalid');
    url.searchParams.set('after', next);
    void reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  return { items: items.map(view.item), next };
}
