import type { Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { eraseUsers, lockMirror } from './erase.ts';
import type { AccountName, ImportLine } from './import-line.ts';
import { type ImportPlan, type KnownAccount, type KnownUser, planImport } from './import-plan.ts';

/**
 * Brings a batch of lines into the mirror: three set-based reads, and a write each for users, erasures and
 * accounts where there is something to write. Every write guards the invariants by itself, since the linking
 * worker may change a user between read and write.
 */
export async function importBatch(
  tx: Transaction,
  actor: string,
  lines: readonly ImportLine[],
): Promise<ImportPlan> {
  await lockMirror(tx);
  const users = lines.filter((line) => 'user' in line);
  const slugs = unique(users.flatMap(({ user }) => user.company ?? []));
  const accounts = lines.flatMap((line) => ('removed' in line ? line.removed : (line.account ?? [])));
  const [companies, knownUsers, knownAccounts] = await Promise.all([
    slugs.length === 0
      ? []
      : tx.sql<{ id: string; slug: string }[]>`
          SELECT id, slug FROM companies WHERE slug = ANY(${slugs}::text[])`,
    tx.sql<KnownUser[]>`
      SELECT u.id, u.name, u.status, c.slug AS company, u.company_set_by AS "companySetBy"
      FROM users u LEFT JOIN companies c ON c.id = u.company_id
      WHERE u.id = ANY(${unique(users.map(({ user }) => user.id))}::text[])`,
    tx.sql<KnownAccount[]>`
      SELECT s.provider, s.provider_user_id AS "providerUserId", s.user_id AS "userId", s.email,
        s.email_verified AS "emailVerified"
      FROM unnest(${accounts.map((a) => a.provider)}::text[], ${accounts.map((a) => a.providerUserId)}::text[])
        AS i(provider, provider_user_id)
      JOIN social_accounts s USING (provider, provider_user_id)`,
  ]);
  const companyIds = new Map(companies.map((company) => [company.slug, company.id]));
  const plan = planImport(lines, new Set(companyIds.keys()), knownUsers, knownAccounts);

  if (plan.users.length > 0) await writeUsers(tx, plan.users, companyIds);
  if (plan.erase.length > 0) {
    await eraseUsers(tx, plan.erase);
    await tx.sql`
      INSERT INTO audit_log (actor, action, company_id, target, details)
      SELECT ${actor}, 'users.delete', company_id, id, '{"by":"accounts.import"}'
      FROM users WHERE id = ANY(${plan.erase}::text[])`;
  }
  if (plan.accounts.length > 0) await writeAccounts(tx, plan.accounts);
  if (plan.removed.length > 0) await removeAccounts(tx, plan.removed);
  return plan;
}

async function writeUsers(
  tx: Transaction,
  users: ImportPlan['users'],
  companyIds: ReadonlyMap<string, string>,
): Promise<void> {
  await tx.sql`
    INSERT INTO users AS u (id, company_id, company_set_by, name, status)
    SELECT id, company_id, CASE WHEN company_id IS NOT NULL THEN 'import' END, name, status
    FROM unnest(
      ${users.map((u) => u.id)}::text[],
      ${users.map((u) => (u.company === null ? null : (companyIds.get(u.company) ?? null)))}::uuid[],
      ${users.map((u) => u.name)}::text[],
      ${users.map((u) => u.status)}::text[]
    ) AS i(id, company_id, name, status)
    ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
      company_id = CASE WHEN u.company_set_by = 'link' THEN u.company_id ELSE EXCLUDED.company_id END,
      company_set_by = CASE WHEN u.company_set_by = 'link' THEN 'link' ELSE EXCLUDED.company_set_by END,
      -- The email that a company's sign-in made the user for is not brought along to another.
      sso_email = CASE WHEN u.company_set_by = 'link' OR u.company_id IS NOT DISTINCT FROM EXCLUDED.company_id
        THEN u.sso_email END,
      name = EXCLUDED.name, status = EXCLUDED.status, updated_at = now()
    WHERE u.status <> 'deleted'`;
}

async function writeAccounts(tx: Transaction, accounts: KnownAccount[]): Promise<void> {
  await tx.sql`
    INSERT INTO social_accounts AS s (id, user_id, provider, provider_user_id, email, email_verified)
    SELECT id, user_id, provider, provider_user_id, email, email_verified::boolean
    FROM unnest(
      ${accounts.map(() => newId())}::uuid[],
      ${accounts.map((a) => a.userId)}::text[],
      ${accounts.map((a) => a.provider)}::text[],
      ${accounts.map((a) => a.providerUserId)}::text[],
      ${accounts.map((a) => a.email)}::text[],
      -- As text: postgres.js takes an array of booleans for one boolean.
      ${accounts.map((a) => String(a.emailVerified))}::text[]
    ) AS i(id, user_id, provider, provider_user_id, email, email_verified)
    ORDER BY provider, provider_user_id
    ON CONFLICT (provider, provider_user_id) DO UPDATE SET
      user_id = EXCLUDED.user_id, email = EXCLUDED.email, email_verified = EXCLUDED.email_verified,
      updated_at = now()`;
}

async function removeAccounts(tx: Transaction, accounts: AccountName[]): Promise<void> {
  await tx.sql`
    DELETE FROM social_accounts s
    USING unnest(${accounts.map((a) => a.provider)}::text[], ${accounts.map((a) => a.providerUserId)}::text[])
      AS i(provider, provider_user_id)
    WHERE s.provider = i.provider AND s.provider_user_id = i.provider_user_id`;
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
