/**
 * Setup links: one link, one purpose. The holder acts for one company without an account here (src/setup/). The token is
 * returned once, by its creation; the database stores its SHA-256.
 */
import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Db, Transaction } from '../db/client.ts';
import { companies, ssoClients } from '../db/schema/companies.ts';
import { setupLinks } from '../db/schema/setup.ts';
import { ssoIdentities } from '../db/schema/sign-ins.ts';
import { SsoLinkError } from '../errors.ts';
import { newId } from '../ids.ts';
import { hashToken, randomToken } from '../tokens.ts';
import { companyBySlug, lockCompany } from './companies.ts';

/**
 * `setup`: everything, while the company has no active SSO client. `secret`: a new secret for the same client id.
 * `replace`: another client id, by a new proof of a domain.
 */
export const PURPOSES = ['setup', 'secret', 'replace'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Milliseconds. */
export const DEFAULT_EXPIRY = 7 * 86_400_000;
const MAX_EXPIRY = 30 * 86_400_000;

export interface SetupLink {
  id: string;
  /** The company's slug. */
  company: string;
  purpose: Purpose;
  state: 'open' | 'expired' | 'revoked' | 'fulfilled';
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  fulfilledAt: Date | null;
}

export interface NewSetupLink {
  slug: string;
  purpose: Purpose;
  /** Milliseconds from now. */
  expiresIn?: number | undefined;
  publicUrl: string;
}

/**
 * Creates a link and returns it with its address, which cannot be read again.
 * @throws SsoLinkError `company_not_found`, `expiry_invalid`, `client_active`, `client_not_active`
 */
export async function createSetupLink(
  tx: Transaction,
  actor: string,
  { slug, purpose, expiresIn = DEFAULT_EXPIRY, publicUrl }: NewSetupLink,
): Promise<SetupLink & { url: string }> {
  if (!(expiresIn > 0 && expiresIn <= MAX_EXPIRY)) {
    throw new SsoLinkError('expiry_invalid', 'the expiry of a setup link is invalid: expected at most 30d');
  }
  const company = await lockCompany(tx, slug);
  const { active, used } = await pastOf(tx, company.id);
  if (purpose === 'setup' && active) {
    throw new SsoLinkError('client_active', `company '${slug}' has an active SSO client already`);
  }
  if (purpose !== 'setup' && !active) {
    throw new SsoLinkError('client_not_active', `company '${slug}' has no active SSO client`);
  }
  const token = randomToken();
  const [created] = await tx.db
    .insert(setupLinks)
    .values({
      id: newId(),
      companyId: company.id,
      purpose,
      requiresProof: purpose === 'replace' || (purpose === 'setup' && used),
      tokenHash: hashToken(token),
      createdBy: actor,
      expiresAt: new Date(Date.now() + expiresIn),
    })
    .returning();
  const link = view(created as Row, slug);
  await audit(tx, {
    actor,
    action: 'setup_link.create',
    target: link.id,
    companyId: company.id,
    details: { purpose, expires_at: link.expiresAt },
  });
  return { ...link, url: `${publicUrl}/setup/${token}` };
}

/** Whether an SSO client is active, and whether there was one before, or people who signed in by one. */
async function pastOf(tx: Transaction, companyId: string): Promise<{ active: boolean; used: boolean }> {
  const clients = await tx.db
    .select({ status: ssoClients.status })
    .from(ssoClients)
    .where(eq(ssoClients.companyId, companyId));
  const [person] = await tx.db
    .select({ id: ssoIdentities.id })
    .from(ssoIdentities)
    .where(eq(ssoIdentities.companyId, companyId))
    .limit(1);
  const has = (status: string) => clients.some((client) => client.status === status);
  return { active: has('active'), used: has('disabled') || person !== undefined };
}

/** The links of one company, or all: the newest first. @throws SsoLinkError `company_not_found` */
export async function listSetupLinks(database: { db: Db }, slug?: string): Promise<SetupLink[]> {
  const only =
    slug === undefined ? undefined : eq(setupLinks.companyId, (await companyBySlug(database, slug)).id);
  const rows = await database.db
    .select({ link: setupLinks, slug: companies.slug })
    .from(setupLinks)
    .innerJoin(companies, eq(companies.id, setupLinks.companyId))
    .where(only)
    .orderBy(desc(setupLinks.id));
  return rows.map((row) => view(row.link, row.slug));
}

/** Up to `count` links of a company after one, by id: the oldest first. */
export async function pageOfSetupLinks(
  { db }: { db: Db },
  company: { id: string; slug: string },
  page: { after: string | null; count: number },
): Promise<SetupLink[]> {
  const after = page.after === null ? undefined : gt(setupLinks.id, page.after);
  const rows = await db
    .select()
    .from(setupLinks)
    .where(and(eq(setupLinks.companyId, company.id), after))
    .orderBy(setupLinks.id)
    .limit(page.count);
  return rows.map((row) => view(row, company.slug));
}

/**
 * Revokes a link at once, and ends what was opened by it. It cannot be restored.
 * @throws SsoLinkError `setup_link_not_found`, also for another company's
 */
export async function revokeSetupLink(
  tx: Transaction,
  actor: string,
  of: { id: string; slug?: string },
): Promise<{ link: SetupLink; changed: boolean }> {
  const [found] = await tx.db
    .select({ link: setupLinks, slug: companies.slug })
    .from(setupLinks)
    .innerJoin(companies, eq(companies.id, setupLinks.companyId))
    .where(and(eq(setupLinks.id, of.id), of.slug === undefined ? undefined : eq(companies.slug, of.slug)))
    .for('update', { of: setupLinks });
  if (!found) throw new SsoLinkError('setup_link_not_found', `there is no setup link ${of.id}`);
  const { link, slug } = found;
  if (link.revokedAt) return { link: view(link, slug), changed: false };
  const revokedAt = new Date();
  await tx.db.update(setupLinks).set({ revokedAt }).where(eq(setupLinks.id, link.id));
  await audit(tx, { actor, action: 'setup_link.revoke', target: link.id, companyId: link.companyId });
  return { link: view({ ...link, revokedAt }, slug), changed: true };
}

/**
 * Ends the open links of a company whose SSO client was activated, whichever way: what they were made for is no longer
 * so. A link that stayed open would be good again once the client is disabled.
 * @param only this link alone
 */
export async function fulfilSetupLinks(tx: Transaction, companyId: string, only?: string): Promise<void> {
  await tx.db
    .update(setupLinks)
    .set({ fulfilledAt: sql`now()` })
    .where(
      and(
        eq(setupLinks.companyId, companyId),
        isNull(setupLinks.fulfilledAt),
        only === undefined ? undefined : eq(setupLinks.id, only),
      ),
    );
}

type Row = typeof setupLinks.$inferSelect;

/** What is said of a link. The first that holds: revoked, fulfilled, expired. */
export function stateOfLink(link: Pick<Row, 'revokedAt' | 'fulfilledAt' | 'expiresAt'>): SetupLink['state'] {
  if (link.revokedAt) return 'revoked';
  if (link.fulfilledAt) return 'fulfilled';
  return link.expiresAt.getTime() <= Date.now() ? 'expired' : 'open';
}

function view({ id, purpose, createdBy, createdAt, ...times }: Row, company: string): SetupLink {
  const { expiresAt, revokedAt, fulfilledAt } = times;
  return {
    ...{ id, company, purpose, state: stateOfLink(times), createdBy, createdAt },
    ...{ expiresAt, revokedAt, fulfilledAt },
  };
}
