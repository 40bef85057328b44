import { and, asc, eq, gt } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Db, Transaction } from '../db/client.ts';
import { companies, companyDomains } from '../db/schema/companies.ts';
import { normalizeDomain } from '../email.ts';
import { SsoLinkError } from '../errors.ts';
import { publishCompanyStates } from '../states/company-states.ts';
import { companyBySlug } from './companies.ts';
import { companyDomain } from './company-domain.ts';

export interface OwnedDomain {
  domain: string;
  /** The owner's slug. */
  company: string;
  verifiedBy: string;
  verifiedAt: Date;
}

interface Proof {
  slug: string;
  domain: string;
  verifiedBy: string;
}

/**
 * Writes down that a domain is a company's. Once more for the same company changes nothing.
 * @throws SsoLinkError `domain_taken` naming the owner, or as `companyDomain`
 */
export async function addDomain(
  tx: Transaction,
  actor: string,
  proof: Proof,
): Promise<{ owned: OwnedDomain; changed: boolean }> {
  const company = await companyBySlug(tx, proof.slug);
  const domain = companyDomain(proof.domain);
  const [added] = await tx.db
    .insert(companyDomains)
    .values({ domain, companyId: company.id, verifiedBy: proof.verifiedBy })
    .onConflictDoNothing()
    .returning();
  const owned = await ownerOf(tx, domain);
  if (owned.company !== proof.slug) {
    throw new SsoLinkError('domain_taken', `${domain} belongs to company '${owned.company}'`, {
      facts: { domain, company: proof.slug },
    });
  }
  if (added) {
    await publishCompanyStates(tx, actor, [company.id]);
    await audit(tx, {
      actor,
      action: 'domain.add',
      target: domain,
      companyId: company.id,
      details: { verified_by: proof.verifiedBy },
    });
  }
  return { owned, changed: added !== undefined };
}

/**
 * Moves a domain from its company to another one. Existing links stay as they are.
 * @throws SsoLinkError `domain_not_found` when nobody holds it
 */
export async function moveDomain(
  tx: Transaction,
  actor: string,
  proof: Proof,
): Promise<{ owned: OwnedDomain; from: string; changed: boolean }> {
  const company = await companyBySlug(tx, proof.slug);
  const domain = companyDomain(proof.domain);
  const before = await ownerOf(tx, domain, true);
  if (before.company === proof.slug) return { owned: before, from: before.company, changed: false };
  await tx.db
    .update(companyDomains)
    .set({ companyId: company.id, verifiedBy: proof.verifiedBy, verifiedAt: new Date() })
    .where(eq(companyDomains.domain, domain));
  const from = await companyBySlug(tx, before.company);
  await publishCompanyStates(tx, actor, [from.id, company.id]);
  await audit(tx, {
    actor,
    action: 'domain.move',
    target: domain,
    companyId: company.id,
    details: { from: before.company, verified_by: proof.verifiedBy },
  });
  return { owned: await ownerOf(tx, domain), from: before.company, changed: true };
}

/**
 * From now on nobody is linked by this domain's emails; links that were made stay.
 * @throws SsoLinkError `domain_not_found` or `domain_taken` when it isn't this company's
 */
export async function removeDomain(
  tx: Transaction,
  actor: string,
  of: { slug: string; domain: string },
): Promise<OwnedDomain> {
  const company = await companyBySlug(tx, of.slug);
  // Not `companyDomain`: what the lists refuse by now must still be removable.
  const domain = normalizeDomain(of.domain.trim()) ?? of.domain;
  const owned = await ownerOf(tx, domain, true);
  if (owned.company !== of.slug) {
    throw new SsoLinkError(
      'domain_taken',
      `${domain} belongs to company '${owned.company}', not to '${of.slug}'`,
    );
  }
  await tx.db.delete(companyDomains).where(eq(companyDomains.domain, domain));
  await publishCompanyStates(tx, actor, [company.id]);
  await audit(tx, { actor, action: 'domain.remove', target: domain, companyId: company.id });
  return owned;
}

/** The domains of one company, or all. @throws SsoLinkError `company_not_found` */
export async function listDomains(database: { db: Db }, slug?: string): Promise<OwnedDomain[]> {
  const only = slug === undefined ? undefined : eq(companies.id, (await companyBySlug(database, slug)).id);
  return select(database).where(only).orderBy(asc(companies.slug), asc(companyDomains.domain));
}

/** Up to `count` domains of a company after one, by name. */
export async function pageOfDomains(
  database: { db: Db },
  page: { after: string | null; count: number; companyId: string },
): Promise<OwnedDomain[]> {
  const after = page.after === null ? undefined : gt(companyDomains.domain, page.after);
  return select(database)
    .where(and(eq(companyDomains.companyId, page.companyId), after))
    .orderBy(asc(companyDomains.domain))
    .limit(page.count);
}

async function ownerOf(tx: Transaction, domain: string, lock = false): Promise<OwnedDomain> {
  const query = select(tx).where(eq(companyDomains.domain, domain));
  const [owned] = lock ? await query.for('update', { of: companyDomains }) : await query;
  if (!owned) {
    throw new SsoLinkError('domain_not_found', `${domain} belongs to no company`);
  }
  return owned;
}

function select({ db }: { db: Db }) {
  return db
    .select({
      domain: companyDomains.domain,
      company: companies.slug,
      verifiedBy: companyDomains.verifiedBy,
      verifiedAt: companyDomains.verifiedAt,
    })
    .from(companyDomains)
    .innerJoin(companies, eq(companies.id, companyDomains.companyId))
    .$dynamic();
}
