/** The language of a person's pages. To add one: a catalogue like `messages/en.ts`, and its line here. */
import type { FastifyReply, FastifyRequest } from 'fastify';
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

/**
 * The catalogue of a request: by `ui_locales` (OpenID Connect Core §3.1.2.1), then by the cookie that remembers it, then by
 * Accept-Language. Asked for where a page is made: most requests ask for none.
 */
export function messagesOf(request: FastifyRequest): Messages {
  // A request that is refused early has no cookies yet.
  const remembered = byLocale.get(request.cookies?.[LANGUAGE_COOKIE] ?? '');
  return askedFor(request) ?? remembered ?? match(request.headers['accept-language'] ?? '') ?? en;
}

/** Keeps the language of `ui_locales` for the pages that follow. */
export function rememberLanguage(request: FastifyRequest, reply: FastifyReply): void {
  const asked = askedFor(request);
  if (asked) reply.setCookie(LANGUAGE_COOKIE, asked.locale, { ...COOKIE_OPTIONS, maxAge: YEAR_S });
}

function askedFor(request: FastifyRequest): Messages | undefined {
  const { ui_locales: asked } = (request.query ?? {}) as { ui_locales?: unknown };
  return typeof asked === 'string' ? match(asked.trim().split(/\s+/).join(',')) : undefined;
}

/** @param header as of Accept-Language (RFC 9110 §12.5.4) */
function match(header: string): Messages | undefined {
  if (header === '') return undefined;
  const [best] = new Negotiator({ headers: { 'accept-language': header.slice(0, 500) } }).languages(LOCALES);
  return byLocale.get(best ?? '');
}
