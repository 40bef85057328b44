import { and, asc, eq, isNotNull, sql } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Database, Transaction } from '../db/client.ts';
import { companies, companyDomains, domainChallenges } from '../db/schema/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { publishCompanyStates } from '../states/company-states.ts';
import { randomToken } from '../tokens.ts';
import { companyBySlug, lockCompany } from './companies.ts';
import { companyDomain } from './company-domain.ts';
import { type DomainAnswer, type DomainResolver, domainRecord, lookUpRecord } from './domain-record.ts';
import { addDomain } from './domains.ts';

interface CompanyDomain {
  slug: string;
  domain: string;
}

/**
 * The TXT record that the company has to publish. The value stays the same until a new one is requested.
 * @param of.renew requests a new value; the old record proves nothing from then on
 * @throws SsoLinkError `company_not_found`, or as `companyDomain`
 */
export async function challengeDomain(
  tx: Transaction,
  actor: string,
  of: CompanyDomain & { renew: boolean },
): Promise<{ domain: string; name: string; text: string; changed: boolean }> {
  const company = await companyBySlug(tx, of.slug);
  const domain = companyDomain(of.domain);
  const row = { companyId: company.id, domain, value: randomToken() };
  const fresh = {
    value: row.value,
    createdAt: sql`now()`,
    checkedAt: null,
    lastAnswer: null,
    shown: null,
    verifiedAt: null,
  };
  const insert = tx.db.insert(domainChallenges).values(row);
  const target = [domainChallenges.companyId, domainChallenges.domain];
  const [made] = of.renew
    ? await insert.onConflictDoUpdate({ target, set: fresh }).returning()
    : await insert.onConflictDoNothing().returning();
  if (made) {
    await audit(tx, { actor, action: 'domain.challenge', target: domain, companyId: company.id });
    if (of.renew) await publishCompanyStates(tx, actor, [company.id]);
  }
  const { value } = made ?? (await challengeOf(tx, company.id, domain));
  return { domain, ...domainRecord({ domain, value }), changed: made !== undefined };
}

/**
 * Asks DNS for the record, outside of a transaction, and records the answer. A proof adds the domain to the company.
 * @param guard runs in the transaction that records the answer, before anything is written
 * @throws SsoLinkError `challenge_not_found`, `domain_taken`, or as `companyDomain`
 */
export async function checkDomain(
  database: Database,
  actor: string,
  resolver: DomainResolver,
  of: CompanyDomain,
  guard: (tx: Transaction) => Promise<void> = async () => {},
): Promise<DomainAnswer & { domain: string; changed: boolean }> {
  const company = await companyBySlug(database, of.slug);
  const domain = companyDomain(of.domain);
  const challenge = await challengeOf(database, company.id, domain);
  const found = await lookUpRecord(resolver, challenge);
  return database.transaction(async (tx) => {
    await guard(tx);
    await lockCompany(tx, of.slug);
    const known = await recordAnswer(tx, actor, challenge, found);
    // A new value was requested during the lookup: the old one proves nothing.
    if (!known) return { answer: 'no_record', domain, changed: false };
    if (found.answer !== 'verified') return { ...found, domain, changed: false };
    const { changed } = await addDomain(tx, actor, { slug: of.slug, domain, verifiedBy: 'dns' });
    return { ...found, domain, changed };
  });
}

/**
 * Checks again every domain that DNS has proven. A failure is recorded, audited and published once per new answer. It never
 * removes a domain: a broken check must not lock a company out.
 */
export async function* recheckDomains(
  database: Database,
  actor: string,
  resolver: DomainResolver,
): AsyncGenerator<DomainAnswer & { domain: string; company: string }> {
  const proven = await database.db
    .select({ challenge: domainChallenges, slug: companies.slug })
    .from(domainChallenges)
    .innerJoin(companies, eq(companies.id, domainChallenges.companyId))
    .innerJoin(
      companyDomains,
      and(
        eq(companyDomains.domain, domainChallenges.domain),
        eq(companyDomains.companyId, domainChallenges.companyId),
      ),
    )
    .where(isNotNull(domainChallenges.verifiedAt))
    .orderBy(asc(domainChallenges.domain));
  for (const { challenge, slug } of proven) {
    const found = await lookUpRecord(resolver, challenge);
    await database.transaction(async (tx) => {
      await lockCompany(tx, slug);
      const known = await recordAnswer(tx, actor, challenge, found);
      if (!known || found.answer === 'verified' || found.answer === challenge.lastAnswer) return;
      const { companyId, domain } = challenge;
      const details = { answer: found.answer };
      await audit(tx, { actor, action: 'domain.recheck_failed', target: domain, companyId, details });
    });
    yield { ...found, domain: challenge.domain, company: slug };
  }
}

/**
 * Records what DNS said, and publishes it where a proven domain lost or regained its proof.
 * @returns false where the challenge has another value by now
 */
async function recordAnswer(
  tx: Transaction,
  actor: string,
  of: typeof domainChallenges.$inferSelect,
  found: DomainAnswer,
): Promise<boolean> {
  const { answer } = found;
  const updated = await tx.db
    .update(domainChallenges)
    .set({
      checkedAt: sql`now()`,
      lastAnswer: answer,
      shown: found.answer === 'other_value' ? storable(found.shown) : null,
      ...(answer === 'verified' && { verifiedAt: sql`coalesce(${domainChallenges.verifiedAt}, now())` }),
    })
    .where(and(atKey(of.companyId, of.domain), eq(domainChallenges.value, of.value)))
    .returning({ domain: domainChallenges.domain });
  const known = updated.length > 0;
  if (known && of.verifiedAt !== null && answer !== of.lastAnswer) {
    await publishCompanyStates(tx, actor, [of.companyId]);
  }
  return known;
}

/** DNS shows any bytes; PostgreSQL stores no NUL. */
export const storable = (shown: string): string => shown.replaceAll('\0', '\uFFFD');

async function challengeOf({ db }: Pick<Database, 'db'>, companyId: string, domain: string) {
  const [challenge] = await db.select().from(domainChallenges).where(atKey(companyId, domain));
  if (!challenge) {
    throw new SsoLinkError('challenge_not_found', `no DNS record was requested for ${domain}`);
  }
  return challenge;
}

const atKey = (companyId: string, domain: string) =>
  and(eq(domainChallenges.companyId, companyId), eq(domainChallenges.domain, domain));
