/**
 * A setup link that was opened in a browser: a sealed cookie with the link's id and a CSRF value. The link is read again
 * for each request, so that what was revoked, has expired or is fulfilled ends at once.
 */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Purpose } from '../companies/setup-links.ts';
import { stateOfLink } from '../companies/setup-links.ts';
import type { Database } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import { COOKIE_OPTIONS, SETUP_COOKIE } from '../http/cookies.ts';
import type { Sealer } from '../seal.ts';
import { hashToken, randomToken } from '../tokens.ts';

/** Milliseconds. */
const TTL = 8 * 3_600_000;
const BOUND_TO = 'setup';
const TOKEN = /^[\w-]{43}$/;

interface Cookie {
  linkId: string;
  csrf: string;
  /** Milliseconds since the epoch. */
  openedAt: number;
  /** The SSO client that this browser enabled, or gave a new secret: it may still see that, and disable it. */
  done?: string;
}

export interface SetupLinkFacts {
  id: string;
  purpose: Purpose;
  requiresProof: boolean;
  createdAt: Date;
  expiresAt: Date;
  fulfilledAt: Date | null;
  revokedAt: Date | null;
}

/** A link that may be used, and its company. */
export interface OpenedLink {
  link: SetupLinkFacts;
  company: { id: string; slug: string; name: string };
  /** For the audit log: `setup:<id of the link>`. */
  actor: string;
}

export interface SetupSession extends OpenedLink {
  csrf: string;
  openedAt: number;
  done: string | undefined;
}

/**
 * The link with this token, which a stranger may guess at.
 * @throws SsoLinkError `setup_link_unknown`, `setup_link_expired`, `setup_link_revoked`, `setup_link_fulfilled`
 */
export async function linkByToken(database: Pick<Database, 'sql'>, token: string): Promise<OpenedLink> {
  const found = TOKEN.test(token) ? await findLink(database, { tokenHash: hashToken(token) }) : undefined;
  if (!found) throw new SsoLinkError('setup_link_unknown', 'no setup link has this token');
  assertOpen(found.link);
  return found;
}

/**
 * The link that was opened in this browser.
 * @param may.beDone whether it may be fulfilled, by this browser
 * @throws SsoLinkError `setup_session_missing`, or as `linkByToken`
 */
export async function readSetupSession(
  { database, sealer }: { database: Pick<Database, 'sql'>; sealer: Sealer },
  request: Pick<FastifyRequest, 'cookies'>,
  may: { beDone: boolean },
): Promise<SetupSession> {
  const cookie = openCookie(sealer, request.cookies[SETUP_COOKIE]);
  const found = cookie && (await findLink(database, { id: cookie.linkId }));
  if (!found) throw new SsoLinkError('setup_session_missing', 'no setup link is open in this browser');
  const { csrf, openedAt, done } = cookie;
  if (!(may.beDone && done !== undefined && stateOfLink(found.link) === 'fulfilled')) assertOpen(found.link);
  return { ...found, csrf, openedAt, done };
}

/** Opens a link in this browser, for eight hours. */
export function startSetupSession(reply: FastifyReply, sealer: Sealer, linkId: string): void {
  setCookie(reply, sealer, { linkId, csrf: randomToken(), openedAt: Date.now() });
}

/** From now on this browser may see, and disable, what it enabled. */
export function finishSetupSession(
  reply: FastifyReply,
  sealer: Sealer,
  { link, csrf, openedAt }: SetupSession,
  ssoClientId: string,
): void {
  setCookie(reply, sealer, { linkId: link.id, csrf, openedAt, done: ssoClientId });
}

/** @throws SsoLinkError `setup_cross_site` */
export function assertCsrf({ csrf }: SetupSession, given: string | undefined): void {
  const [expected, actual] = [hashToken(csrf), hashToken(given ?? '')];
  if (!timingSafeEqual(expected, actual)) {
    throw new SsoLinkError('setup_cross_site', 'the form has no CSRF value, or another one');
  }
}

function setCookie(reply: FastifyReply, sealer: Sealer, cookie: Cookie): void {
  const maxAge = Math.max(1, Math.floor((cookie.openedAt + TTL - Date.now()) / 1000));
  reply.setCookie(SETUP_COOKIE, sealer.seal(JSON.stringify(cookie), BOUND_TO), { ...COOKIE_OPTIONS, maxAge });
}

function openCookie(sealer: Sealer, sealed: string | undefined): Cookie | undefined {
  if (!sealed) return undefined;
  try {
    const cookie = JSON.parse(sealer.open(sealed, BOUND_TO)) as Cookie;
    return Date.now() < cookie.openedAt + TTL ? cookie : undefined;
  } catch {
    return undefined;
  }
}

/** @throws SsoLinkError `setup_link_expired`, `setup_link_revoked`, `setup_link_fulfilled` */
export function assertOpen(link: Pick<SetupLinkFacts, 'revokedAt' | 'fulfilledAt' | 'expiresAt'>): void {
  const state = stateOfLink(link);
  if (state !== 'open') throw new SsoLinkError(`setup_link_${state}`, `the setup link is ${state}`);
}

async function findLink(
  { sql }: Pick<Database, 'sql'>,
  by: { id: string } | { tokenHash: Buffer },
): Promise<OpenedLink | undefined> {
  const which = 'id' in by ? sql`l.id = ${by.id}` : sql`l.token_hash = ${by.tokenHash}`;
  const [row] = await sql<
    (Omit<SetupLinkFacts, 'createdAt' | 'expiresAt' | 'fulfilledAt' | 'revokedAt'> & {
      companyId: string;
      slug: string;
      name: string;
      active: boolean;
      createdAt: string;
      expiresAt: string;
      fulfilledAt: string | null;
      revokedAt: string | null;
    })[]
  >`
    SELECT l.id, l.purpose, l.requires_proof AS "requiresProof", l.created_at AS "createdAt",
      l.expires_at AS "expiresAt", l.fulfilled_at AS "fulfilledAt", l.revoked_at AS "revokedAt",
      c.id AS "companyId", c.slug, c.name, c.status = 'active' AS active
    FROM setup_links l JOIN companies c ON c.id = l.company_id WHERE ${which}`;
  if (!row) return undefined;
  const { companyId, slug, name, active, ...link } = row;
  // Nobody changes the sign-in of a company that is disabled.
  const revokedAt = link.revokedAt ?? (active ? null : link.createdAt);
  return {
    company: { id: companyId, slug, name },
    actor: `setup:${link.id}`,
    link: {
      ...link,
      createdAt: new Date(link.createdAt),
      expiresAt: new Date(link.expiresAt),
      fulfilledAt: link.fulfilledAt === null ? null : new Date(link.fulfilledAt),
      revokedAt: revokedAt === null ? null : new Date(revokedAt),
    },
  };
}
