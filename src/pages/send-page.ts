import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

/**
 * Sends a page. No cache may keep one: it may show an email, and the next person behind the cache would read it.
 * What is put into the page is escaped by the renderer.
 */
export function sendPage(reply: FastifyReply, page: VNode): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>${renderToString(page)}`);
}
