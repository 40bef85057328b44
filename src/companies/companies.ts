import { and, asc, eq, gt } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Db, Transaction } from '../db/client.ts';
import { companies } from '../db/schema/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Picture } from '../picture.ts';
import { publishCompanyStates } from '../states/company-states.ts';
import { setLogo } from './logo.ts';
import { isSlug } from './slug.ts';

export type Company = typeof companies.$inferSelect;

/**
 * A new, active company.
 * @throws SsoLinkError `slug_invalid`, `name_invalid` or `company_exists`
 */
export async function createCompany(
  tx: Transaction,
  actor: string,
  company: { slug: string; name: string; createsUsers: boolean },
): Promise<Company> {
  const { slug, createsUsers } = company;
  if (!isSlug(slug)) {
    throw new SsoLinkError(
      'slug_invalid',
      `'${slug}' is no slug: 1 to 63 lower-case letters and digits, single dashes between them`,
    );
  }
  const name = companyName(company.name);
  const [created] = await tx.db
    .insert(companies)
    .values({ id: newId(), slug, name, createsUsers })
    .onConflictDoNothing({ target: companies.slug })
    .returning();
  if (!created) throw new SsoLinkError('company_exists', `there is a company '${slug}' already`);
  await publishCompanyStates(tx, actor, [created.id]);
  await audit(tx, {
    actor,
    action: 'company.create',
    target: slug,
    companyId: created.id,
    details: { name, creates_users: createsUsers },
  });
  return created;
}

/**
 * Changes what is said of a company, not its slug: addresses and events name it by that.
 * @throws SsoLinkError `name_invalid`, `company_not_found`
 */
export async function updateCompany(
  tx: Transaction,
  actor: string,
  slug: string,
  change: {
    name?: string;
    createsUsers?: boolean;
    mergeLateMatches?: boolean;
    logo?: Picture | null;
  },
): Promise<{ company: Company; changed: boolean }> {
  const company = await lockCompany(tx, slug);
  const name = change.name === undefined ? company.name : companyName(change.name);
  const createsUsers = change.createsUsers ?? company.createsUsers;
  const mergeLateMatches = change.mergeLateMatches ?? company.mergeLateMatches;
  const logo = change.logo === undefined ? undefined : await setLogo(tx, company.id, change.logo);
  const isNewLogo = logo !== undefined && logo.before !== logo.after;
  const isSame =
    name === company.name &&
    createsUsers === company.createsUsers &&
    mergeLateMatches === company.mergeLateMatches;
  if (isSame && !isNewLogo) {
    return { company, changed: false };
  }
  const [updated] = await tx.db
    .update(companies)
    .set({ name, createsUsers, mergeLateMatches, updatedAt: new Date() })
    .where(eq(companies.id, company.id))
    .returning();
  if (name !== company.name) await publishCompanyStates(tx, actor, [company.id]);
  await audit(tx, {
    actor,
    action: 'company.update',
    target: slug,
    companyId: company.id,
    details: {
      from: {
        name: company.name,
        creates_users: company.createsUsers,
        merge_late_matches: company.mergeLateMatches,
        ...(isNewLogo && { logo: logo.before }),
      },
      to: {
        ...{ name, creates_users: createsUsers, merge_late_matches: mergeLateMatches },
        ...(isNewLogo && { logo: logo.after }),
      },
    },
  });
  return { company: updated ?? company, changed: true };
}

function companyName(given: string): string {
  const name = given.trim();
  if (name !== '' && name.length <= 200) return name;
  throw new SsoLinkError('name_invalid', 'a company’s name has 1 to 200 characters');
}

/** All companies, by slug. */
export async function listCompanies(database: { db: Db }): Promise<Company[]> {
  return database.db.select().from(companies).orderBy(asc(companies.slug));
}

/** Up to `count` companies after a slug, by slug. @param page.companyId only this one; null for all */
export async function pageOfCompanies(
  database: { db: Db },
  page: { after: string | null; count: number; companyId: string | null },
): Promise<Company[]> {
  const { after, count, companyId } = page;
  return database.db
    .select()
    .from(companies)
    .where(
      and(
        after === null ? undefined : gt(companies.slug, after),
        companyId === null ? undefined : eq(companies.id, companyId),
      ),
    )
    .orderBy(asc(companies.slug))
    .limit(count);
}

/**
 * Disables or enables a company. While it is disabled none of its people signs in, and their sessions are
 * refused at the next read.
 */
export async function setCompanyStatus(
  tx: Transaction,
  actor: string,
  slug: string,
  status: Company['status'],
): Promise<{ company: Company; changed: boolean }> {
  const company = await lockCompany(tx, slug);
  if (company.status === status) return { company, changed: false };
  const [updated] = await tx.db
    .update(companies)
    .set({ status, updatedAt: new Date() })
    .where(eq(companies.id, company.id))
    .returning();
  await publishCompanyStates(tx, actor, [company.id]);
  const action = status === 'active' ? 'company.enable' : 'company.disable';
  await audit(tx, { actor, action, target: slug, companyId: company.id });
  return { company: updated ?? company, changed: true };
}

/** @throws SsoLinkError `company_not_found` */
export async function companyBySlug(database: { db: Db }, slug: string): Promise<Company> {
  const [company] = await database.db.select().from(companies).where(eq(companies.slug, slug));
  return company ?? companyNotFound(slug);
}

/** Holds the company's row, so that changes to a company and its SSO clients come one after the other. */
export async function lockCompany(tx: Transaction, slug: string): Promise<Company> {
  const [company] = await tx.db.select().from(companies).where(eq(companies.slug, slug)).for('update');
  return company ?? companyNotFound(slug);
}

function companyNotFound(slug: string): never {
  throw new SsoLinkError('company_not_found', `there is no company '${slug}'`);
}
