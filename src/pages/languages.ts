/** The language of a person's pages. To add one: a catalogue like `messages/en.ts`, and its line here. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { COOKIE_OPTIONS, LANGUAGE_COOKIE } from '../http/cookies.ts';
import { de } from './messages/de.ts';
import { en, type Messages } from './messages/en.ts';
import { es } from './messages/es.ts';
import { fr } from './messages/fr.ts';
import { ja } from './messages/ja.ts';

/** English first: the answer to a request for none of them. */
export const CATALOGUES: readonly Messages[] = [en, de, fr, es, ja];

const byLocale = new Map(CATALOGUES.map((messages) => [messages.locale, messages]));
const LOCALES = [...byLocale.keys()];
const YEAR_S = 365 * 24 * 60 * 60;

declare module 'fastify' {
  interface FastifyRequest {
    messages: Messages;
  }
}

/**
 * Chooses each request's catalogue: by `ui_locales` (OpenID Connect Core §3.1.2.1), which a cookie keeps for the pages
 * that follow, else by Accept-Language.
 */
export function chooseLanguages(app: FastifyInstance): void {
  app.decorateRequest('messages', undefined as unknown as Messages);
  app.addHook('onRequest', async (request, reply) => {
    const { ui_locales: asked } = request.query as { ui_locales?: unknown };
    const chosen = typeof asked === 'string' ? match(asked.trim().split(/\s+/).join(',')) : undefined;
    if (chosen) reply.setCookie(LANGUAGE_COOKIE, chosen.locale, { ...COOKIE_OPTIONS, maxAge: YEAR_S });
    request.messages = chosen ?? byLocale.get(request.cookies[LANGUAGE_COOKIE] ?? '') ?? accepted(request);
  });
}

function accepted(request: FastifyRequest): Messages {
  return match(request.headers['accept-language'] ?? '') ?? en;
}

/** @param header as of Accept-Language (RFC 9110 §12.5.4) */
function match(header: string): Messages | undefined {
  if (header === '') return undefined;
  const [best] = new Negotiator({ headers: { 'accept-language': header.slice(0, 500) } }).languages(LOCALES);
  return byLocale.get(best ?? '');
}
