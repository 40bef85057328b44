import type { Fragment } from 'postgres';
import type { Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { changeTimeOf } from './changed-at.ts';
import { eraseUsers, lockMirror } from './erase.ts';
import type { AccountName, ImportLine } from './import-line.ts';
import { planImport } from './import-plan.ts';
import { type FoundLateMatch, recordLateMatches } from './late-matches.ts';
import type { ImportPlan, KnownAccount, KnownUser, UserWrite } from './plan-types.ts';
import { forgetRemovals, knownRemovals, recordRemovals } from './removed-accounts.ts';

/** By which input a change came. */
export type MirrorInput = 'file' | 'topic' | 'api';

/**
 * Brings a batch of lines into the mirror: set-based reads, and a write each for users, erasures and
 * accounts where there is something to write. Every write guards the invariants by itself, since the linking
 * worker may change a user between read and write. Late matches of the accounts that came are recorded.
 */
export async function importBatch(
  tx: Transaction,
  actor: string,
  lines: readonly ImportLine[],
  input: MirrorInput,
): Promise<ImportPlan & { lateMatches: FoundLateMatch[] }> {
  await lockMirror(tx);
  const users = lines.filter((line) => 'user' in line);
  const slugs = unique(users.flatMap(({ user }) => user.company ?? []));
  const accounts = lines.flatMap((line) => ('removed' in line ? line.removed : (line.account ?? [])));
  const [companies, knownUsers, knownAccounts, removals] = await Promise.all([
    slugs.length === 0
      ? []
      : tx.sql<{ id: string; slug: string }[]>`
          SELECT id, slug FROM companies WHERE slug = ANY(${slugs}::text[])`,
    tx.sql<(KnownUser & { companyId: string | null })[]>`
      SELECT u.id, u.name, u.status, c.slug AS company, u.company_id AS "companyId", u.company_set_by AS "companySetBy",
        ${comparable(tx.sql, 'u.company_changed_at')} AS "companyAt",
        ${comparable(tx.sql, 'u.name_changed_at')} AS "nameAt",
        ${comparable(tx.sql, 'u.status_changed_at')} AS "statusAt"
      FROM users u LEFT JOIN companies c ON c.id = u.company_id
      WHERE u.id = ANY(${unique(users.map(({ user }) => user.id))}::text[])`,
    tx.sql<KnownAccount[]>`
      SELECT s.provider, s.provider_user_id AS "providerUserId", s.user_id AS "userId", s.email,
        s.email_verified AS "emailVerified", ${comparable(tx.sql, 's.changed_at')} AS at
      FROM unnest(${accounts.map((a) => a.provider)}::text[], ${accounts.map((a) => a.providerUserId)}::text[])
        AS i(provider, provider_user_id)
      JOIN social_accounts s USING (provider, provider_user_id)`,
    knownRemovals(tx, accounts),
  ]);
  const companyIds = new Map(companies.map((company) => [company.slug, company.id]));
  const plan = planImport(lines, {
    companies: new Set(companyIds.keys()),
    users: knownUsers,
    accounts: knownAccounts,
    removals,
  });

  // A user may keep the company that no line names.
  for (const { company, companyId } of knownUsers) {
    if (company !== null && companyId !== null) companyIds.set(company, companyId);
  }
  const writtenUsers = [...plan.users, ...plan.confirmed.users].sort(byId);
  if (writtenUsers.length > 0) await writeUsers(tx, writtenUsers, companyIds);
  if (plan.deleted.length > 0) await rememberDeleted(tx, plan.deleted);
  if (plan.erase.length > 0) {
    await eraseUsers(tx, plan.erase);
    await tx.sql`
      INSERT INTO audit_log (actor, action, company_id, target, details)
      SELECT ${actor}, 'users.delete', company_id, id, '{"by":"accounts.import"}'
      FROM users WHERE id = ANY(${plan.erase}::text[])`;
  }
  const writtenAccounts = [...plan.accounts, ...plan.confirmed.accounts];
  if (writtenAccounts.length > 0) await writeAccounts(tx, writtenAccounts);
  if (plan.accounts.length > 0 && (removals.length > 0 || plan.erase.length > 0)) {
    await forgetRemovals(tx, plan.accounts);
  }
  if (plan.removed.length > 0) await removeAccounts(tx, plan.removed);
  const gone = [...plan.removed, ...plan.confirmed.removals];
  if (gone.length > 0) await recordRemovals(tx, gone);
  await noteFreshness(tx, input, lines);
  const arrived = plan.accounts.flatMap(({ email, emailVerified }) =>
    emailVerified && email !== null ? email : [],
  );
  return { ...plan, lateMatches: await recordLateMatches(tx, arrived) };
}

/** A time as src/accounts/changed-at.ts compares it. @param column never a value */
export const comparable = (sql: Transaction['sql'], column: `${string}changed_at`) =>
  sql.unsafe(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`) as unknown as Fragment;

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

/** What `doctor` and the metrics say of the mirror's freshness. */
async function noteFreshness(
  tx: Transaction,
  input: MirrorInput,
  lines: readonly ImportLine[],
): Promise<void> {
  let newest = '';
  for (const { time } of lines) if (time.at > newest) newest = time.at;
  if (newest === '') return;
  await tx.sql`
    INSERT INTO mirror_inputs AS m (input, last_change_at, last_arrival_at)
    VALUES (${input}, ${newest}, ${changeTimeOf(Date.now())})
    ON CONFLICT (input) DO UPDATE SET
      last_change_at = greatest(m.last_change_at, EXCLUDED.last_change_at),
      last_arrival_at = greatest(m.last_arrival_at, EXCLUDED.last_arrival_at)`;
}

async function rememberDeleted(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.sql`
    INSERT INTO users (id, status) SELECT id, 'deleted' FROM unnest(${[...ids].sort()}::text[]) AS i(id)
    ON CONFLICT (id) DO NOTHING`;
}

async function writeUsers(
  tx: Transaction,
  users: readonly UserWrite[],
  companyIds: ReadonlyMap<string, string>,
): Promise<void> {
  await tx.sql`
    INSERT INTO users AS u (id, company_id, company_set_by, name, status, company_changed_at, name_changed_at,
      status_changed_at)
    SELECT id, company_id, CASE WHEN company_id IS NOT NULL THEN 'import' END, name, status, company_at::timestamptz,
      name_at::timestamptz, status_at::timestamptz
    FROM unnest(
      ${users.map((u) => u.id)}::text[],
      ${users.map((u) => (u.company === null ? null : (companyIds.get(u.company) ?? null)))}::uuid[],
      ${users.map((u) => u.name)}::text[],
      ${users.map((u) => u.status)}::text[],
      ${users.map((u) => u.companyAt)}::text[],
      ${users.map((u) => u.nameAt)}::text[],
      ${users.map((u) => u.statusAt)}::text[]
    ) AS i(id, company_id, name, status, company_at, name_at, status_at)
    ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
      company_id = CASE WHEN u.company_set_by = 'link' THEN u.company_id ELSE EXCLUDED.company_id END,
      company_set_by = CASE WHEN u.company_set_by = 'link' THEN 'link' ELSE EXCLUDED.company_set_by END,
      -- The email that a company's sign-in made the user for is not brought along to another.
      sso_email = CASE WHEN u.company_set_by = 'link' OR u.company_id IS NOT DISTINCT FROM EXCLUDED.company_id
        THEN u.sso_email END,
      company_changed_at = CASE WHEN u.company_set_by = 'link' THEN u.company_changed_at
        ELSE EXCLUDED.company_changed_at END,
      name_changed_at = EXCLUDED.name_changed_at, status_changed_at = EXCLUDED.status_changed_at,
      name = EXCLUDED.name, status = EXCLUDED.status, updated_at = now()
    WHERE u.status <> 'deleted'`;
}

async function writeAccounts(tx: Transaction, accounts: readonly KnownAccount[]): Promise<void> {
  await tx.sql`
    INSERT INTO social_accounts AS s (id, user_id, provider, provider_user_id, email, email_verified, changed_at)
    SELECT id, user_id, provider, provider_user_id, email, email_verified::boolean, changed_at::timestamptz
    FROM unnest(
      ${accounts.map(() => newId())}::uuid[],
      ${accounts.map((a) => a.userId)}::text[],
      ${accounts.map((a) => a.provider)}::text[],
      ${accounts.map((a) => a.providerUserId)}::text[],
      ${accounts.map((a) => a.email)}::text[],
      -- As text: postgres.js takes an array of booleans for one boolean.
      ${accounts.map((a) => String(a.emailVerified))}::text[],
      ${accounts.map((a) => a.at)}::text[]
    ) AS i(id, user_id, provider, provider_user_id, email, email_verified, changed_at)
    ORDER BY provider, provider_user_id
    ON CONFLICT (provider, provider_user_id) DO UPDATE SET
      user_id = EXCLUDED.user_id, email = EXCLUDED.email, email_verified = EXCLUDED.email_verified,
      changed_at = EXCLUDED.changed_at, updated_at = now()`;
}

async function removeAccounts(tx: Transaction, accounts: readonly AccountName[]): Promise<void> {
  await tx.sql`
    DELETE FROM social_accounts s
    USING unnest(${accounts.map((a) => a.provider)}::text[], ${accounts.map((a) => a.providerUserId)}::text[])
      AS i(provider, provider_user_id)
    WHERE s.provider = i.provider AND s.provider_user_id = i.provider_user_id`;
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
