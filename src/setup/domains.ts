/**
 * The domains of the Domains step. A company that has no SSO yet proves domains of its own choice, by the record that
 * `domain challenge` prints as well. Where the company had SSO (`requiresProof`), only a domain that was proven before the
 * link was made counts, and only by a value of this link: a domain of the thief's own would prove nothing.
 */
import { and, asc, count, eq, isNull, lt, sql } from 'drizzle-orm';
import { audit } from '../audit.ts';
import { challengeDomain, checkDomain, storable } from '../companies/domain-challenges.ts';
import {
  type DomainAnswer,
  type DomainResolver,
  domainRecord,
  lookUpRecord,
} from '../companies/domain-record.ts';
import type { Database, Db, Transaction } from '../db/client.ts';
import { companyDomains, domainChallenges } from '../db/schema/companies.ts';
import { setupProofs } from '../db/schema/setup.ts';
import { SsoLinkError } from '../errors.ts';
import { randomToken } from '../tokens.ts';
import type { OpenedLink } from './session.ts';
import { assertStillAllowed } from './still-allowed.ts';

export interface SetupDomain {
  domain: string;
  /** For this link: what enabling asks for. */
  proven: boolean;
  /** What to publish; null where nothing is needed. */
  record: { name: string; text: string } | null;
  lastAnswer: DomainAnswer['answer'] | null;
  /** With `other_value`: what DNS showed. */
  shown: string | null;
  checkedAt: Date | null;
}

/** Domains whose proof is under way, of one company. */
const MAX_PENDING = 10;

/** The domains of the company, proven ones first. */
export async function listSetupDomains(
  { db }: { db: Db },
  { link, company }: OpenedLink,
): Promise<SetupDomain[]> {
  if (link.requiresProof) {
    const rows = await db
      .select({ proof: setupProofs })
      .from(setupProofs)
      .innerJoin(companyDomains, eligible({ link, company }))
      .where(eq(setupProofs.linkId, link.id))
      .orderBy(asc(setupProofs.domain));
    return rows.map(({ proof }) => view(proof, proof.verifiedAt !== null));
  }
  const owned = await db
    .select({ domain: companyDomains.domain })
    .from(companyDomains)
    .where(eq(companyDomains.companyId, company.id))
    .orderBy(asc(companyDomains.domain));
  const challenges = await db
    .select()
    .from(domainChallenges)
    .where(eq(domainChallenges.companyId, company.id))
    .orderBy(asc(domainChallenges.createdAt));
  const names = new Set(owned.map(({ domain }) => domain));
  return [
    ...owned.map(({ domain }) => ({
      domain,
      proven: true,
      record: null,
      lastAnswer: null,
      shown: null,
      checkedAt: null,
    })),
    ...challenges.filter(({ domain }) => !names.has(domain)).map((challenge) => view(challenge, false)),
  ];
}

/** Whether DNS, or an operator, has proven a domain as this link needs it. */
export async function hasProof(database: { db: Db }, of: OpenedLink): Promise<boolean> {
  return (await listSetupDomains(database, of)).some(({ proven }) => proven);
}

/** Requests the values that DNS has to show, when the link is opened: once per link and domain. */
export async function requestProofs(tx: Transaction, { link, company }: OpenedLink): Promise<void> {
  if (!link.requiresProof) return;
  const owned = await tx.db
    .select({ domain: companyDomains.domain })
    .from(companyDomains)
    .where(and(eq(companyDomains.companyId, company.id), lt(companyDomains.verifiedAt, link.createdAt)));
  const rows = owned.map(({ domain }) => ({ linkId: link.id, domain, value: randomToken() }));
  if (rows.length > 0) await tx.db.insert(setupProofs).values(rows).onConflictDoNothing();
}

/**
 * Adds a domain, whose record has to be published then.
 * @throws SsoLinkError `setup_domain_fixed`, `setup_domain_limit`, as `companyDomain`, as `assertStillAllowed`
 */
export async function addSetupDomain(tx: Transaction, of: OpenedLink, domain: string): Promise<void> {
  const { link, company, actor } = of;
  await assertStillAllowed(tx, of);
  if (link.requiresProof)
    throw new SsoLinkError('setup_domain_fixed', 'this link proves known domains alone');
  const [pending] = await tx.db
    .select({ n: count() })
    .from(domainChallenges)
    .where(and(eq(domainChallenges.companyId, company.id), isNull(domainChallenges.verifiedAt)));
  if ((pending?.n ?? 0) >= MAX_PENDING) {
    throw new SsoLinkError(
      'setup_domain_limit',
      `company '${company.slug}' has ${pending?.n} domain challenges`,
    );
  }
  await challengeDomain(tx, actor, { slug: company.slug, domain, renew: false });
}

/** Takes a domain whose proof is under way off the list. A proven one stays. */
export async function forgetSetupDomain(tx: Transaction, of: OpenedLink, domain: string): Promise<void> {
  const { link, company, actor } = of;
  await assertStillAllowed(tx, of);
  if (link.requiresProof) return;
  const forgotten = await tx.db
    .delete(domainChallenges)
    .where(
      and(
        eq(domainChallenges.companyId, company.id),
        eq(domainChallenges.domain, domain),
        sql`NOT EXISTS (SELECT FROM ${companyDomains} WHERE ${companyDomains.domain} = ${domainChallenges.domain}
          AND ${companyDomains.companyId} = ${company.id})`,
      ),
    )
    .returning({ domain: domainChallenges.domain });
  if (forgotten.length === 0) return;
  await audit(tx, { actor, action: 'domain.challenge_removed', target: domain, companyId: company.id });
}

/**
 * Asks DNS for the record of one domain, and records the answer.
 * @throws SsoLinkError `challenge_not_found`, `domain_taken`, as `companyDomain`, as `assertStillAllowed`
 */
export async function checkSetupDomain(
  database: Database,
  resolver: DomainResolver,
  of: OpenedLink,
  domain: string,
): Promise<void> {
  const { link, company, actor } = of;
  const guard = (tx: Transaction) => assertStillAllowed(tx, of);
  if (!link.requiresProof) {
    await checkDomain(database, actor, resolver, { slug: company.slug, domain }, guard);
    return;
  }
  const [proof] = await database.db.select().from(setupProofs).where(atKey(link.id, domain));
  if (!proof) throw new SsoLinkError('challenge_not_found', `no DNS record was requested for ${domain}`);
  const found = await lookUpRecord(resolver, proof);
  await database.transaction(async (tx) => {
    await guard(tx);
    const verified = found.answer === 'verified';
    await tx.db
      .update(setupProofs)
      .set({
        checkedAt: sql`now()`,
        lastAnswer: found.answer,
        shown: found.answer === 'other_value' ? storable(found.shown) : null,
        ...(verified && { verifiedAt: sql`coalesce(${setupProofs.verifiedAt}, now())` }),
      })
      .where(atKey(link.id, domain));
    if (!verified || proof.verifiedAt !== null) return;
    const details = { link: link.id };
    await audit(tx, { actor, action: 'domain.proven_again', target: domain, companyId: company.id, details });
  });
}

const atKey = (linkId: string, domain: string) =>
  and(eq(setupProofs.linkId, linkId), eq(setupProofs.domain, domain));

/** Still the company's, and since before the link: a domain that came later proves nothing. */
const eligible = ({ link, company }: Pick<OpenedLink, 'link' | 'company'>) =>
  and(
    eq(companyDomains.domain, setupProofs.domain),
    eq(companyDomains.companyId, company.id),
    lt(companyDomains.verifiedAt, link.createdAt),
  );

interface Proof extends Pick<SetupDomain, 'domain' | 'lastAnswer' | 'shown' | 'checkedAt'> {
  value: string;
}

function view(proof: Proof, proven: boolean): SetupDomain {
  const { domain, lastAnswer, shown, checkedAt } = proof;
  return { domain, proven, record: proven ? null : domainRecord(proof), lastAnswer, shown, checkedAt };
}
