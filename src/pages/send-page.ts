import type { FastifyReply } from 'fastify';
import { h, type VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { messagesOf } from './languages.ts';
import { Page, type PageSettings } from './page-context.ts';

declare module 'fastify' {
  interface FastifyInstance {
    pages: PageSettings;
  }
}

/**
 * Sends a page in the person's language. No cache may keep one: it may show an email, and the next person behind the cache
 * would read it. What is put into the page is escaped by the renderer.
 */
export function sendPage(reply: FastifyReply, page: VNode): FastifyReply {
  const messages = messagesOf(reply.request);
  const value = { ...reply.server.pages, messages };
  return reply
    .header('cache-control', 'no-store')
    .header('content-language', messages.locale)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>${renderToString(h(Page.Provider, { value }, page))}`);
}
