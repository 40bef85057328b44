import type postgres from 'postgres';
import type { Sql } from '../db/client.ts';

/**
 * Whether user `u` belongs to another company than `company`, an SQL expression. One of no company belongs to
 * where it is linked: the rule that `companyOf` in src/policy/people.ts states for the policy.
 */
export const belongsToOtherCompany = (sql: Sql, company: OfCompany) =>
  sql.unsafe(otherCompanyCondition(company)) as unknown as postgres.Fragment;

/** The same as text, for a statement that is not built for each request. */
export const otherCompanyCondition = (company: OfCompany): string => `
  coalesce(u.company_id <> ${company}, EXISTS (
    SELECT FROM sso_identities other WHERE other.user_id = u.id AND other.company_id <> ${company}
  ))`;

/** The columns that hold the company. Never a value. */
type OfCompany = 'c.id' | 'identity.company_id';
