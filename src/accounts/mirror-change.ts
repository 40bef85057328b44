/** Single changes of the mirror, as lines of the import: one implementation for the file and the API. */
import { and, eq } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Db, Transaction } from '../db/client.ts';
import { socialAccounts, users } from '../db/schema/accounts.ts';
import { companies } from '../db/schema/companies.ts';
import { normalizeEmail } from '../email.ts';
import { SsoLinkError } from '../errors.ts';
import { type ChangeTime, changeTimeOf, isAhead, readChangeTime } from './changed-at.ts';
import { importBatch } from './import-batch.ts';
import type { AccountName, ImportedAccount, ImportLine } from './import-line.ts';
import { setUserStatus } from './users.ts';

export interface MirroredUser {
  id: string;
  /** The company's slug. */
  company: string | null;
  companyId: string | null;
  companySetBy: 'import' | 'link' | null;
  name: string | null;
  status: 'active' | 'suspended' | 'deleted';
  createdAt: Date;
  updatedAt: Date;
}

export interface MirroredAccount extends ImportedAccount {
  userId: string;
}

/** @throws SsoLinkError `user_not_found` */
export async function readUser({ db }: { db: Db }, id: string): Promise<MirroredUser> {
  const [row] = await db
    .select({ user: users, company: companies.slug })
    .from(users)
    .leftJoin(companies, eq(companies.id, users.companyId))
    .where(eq(users.id, id));
  if (!row) throw new SsoLinkError('user_not_found', `there is no user '${id}' in the mirror`);
  const { ssoEmail: _, ...user } = row.user;
  return { ...user, company: row.company };
}

/** The social accounts of a user, by provider and the provider's id. */
export async function accountsOf({ db }: { db: Db }, userId: string): Promise<MirroredAccount[]> {
  const { provider, providerUserId, email, emailVerified } = socialAccounts;
  return db
    .select({ userId: socialAccounts.userId, provider, providerUserId, email, emailVerified })
    .from(socialAccounts)
    .where(eq(socialAccounts.userId, userId))
    .orderBy(provider, providerUserId);
}

/**
 * Creates or changes a user. What is absent stays as it is; a new user is active.
 * @param input.company a slug; null for none
 * @param input.changedAt when the product made the change, RFC 3339. Default: now. An older change has no effect
 * @throws SsoLinkError `user_deleted`, `company_set_by_link`, `company_unknown`, `changed_at_invalid`
 */
export async function putUser(
  tx: Transaction,
  actor: string,
  input: {
    id: string;
    company: string | null;
    name?: string | null;
    status?: 'active' | 'suspended';
    changedAt?: string | null;
  },
): Promise<{ created: boolean; changed: boolean }> {
  const { id, company, name = null, status } = input;
  const time = timeOf(input.changedAt);
  const before = await tx.db.select({ id: users.id }).from(users).where(eq(users.id, id));
  const created = before.length === 0;
  const user = { id, company, name, status: created ? (status ?? null) : null };
  const { changed } = await writeLine(tx, actor, { number: 1, time, user, account: null });
  if (changed) {
    await audit(tx, {
      actor,
      action: 'users.put',
      target: id,
      ...(await companyOf(tx, id)),
      details: { company },
    });
  }
  if (created || status === undefined) return { created, changed };
  const suspended = await setUserStatus(tx, actor, id, status, time.at);
  return { created, changed: changed || suspended.changed };
}

/**
 * Gives a user a social account, from another user if that one has it.
 * @param input.changedAt when the product made the change, RFC 3339. Default: now. An older change has no effect
 * @throws SsoLinkError `user_not_found`, `user_deleted`, `email_invalid`, `changed_at_invalid`, `change_outdated`
 */
export async function putAccount(
  tx: Transaction,
  actor: string,
  input: {
    userId: string;
    email: string | null;
    emailVerified: boolean;
    changedAt?: string | null;
  } & AccountName,
): Promise<{ changed: boolean }> {
  const { userId, provider, providerUserId, emailVerified } = input;
  const email = input.email === null ? null : normalizeEmail(input.email);
  if (email === null && input.email !== null) {
    throw new SsoLinkError('email_invalid', 'email is no address that could be compared safely');
  }
  const time = timeOf(input.changedAt);
  const { id, status } = await readUser(tx, userId);
  if (status === 'deleted') throw new SsoLinkError('user_deleted', `user '${id}' was deleted: that is final`);
  const account = { provider, providerUserId, email, emailVerified: email !== null && emailVerified };
  const user = { id, company: undefined, name: null, status: null };
  const { changed } = await writeLine(tx, actor, { number: 1, time, user, account });
  if (changed) await auditAccount(tx, actor, 'accounts.put', input);
  else if ((await ownerOfAccount(tx, input)) !== userId) {
    throw new SsoLinkError('change_outdated', 'a newer change of the account is known');
  }
  return { changed };
}

/** Takes a social account from a user; a link that it led to stays. @throws SsoLinkError `account_not_found` */
export async function removeAccount(
  tx: Transaction,
  actor: string,
  input: { userId: string } & AccountName,
): Promise<{ changed: boolean }> {
  const { userId, provider, providerUserId } = input;
  await readAccount(tx, input);
  const { changed } = await writeLine(tx, actor, {
    ...{ number: 1, time: timeOf(null), removed: { provider, providerUserId } },
  });
  if (changed) await auditAccount(tx, actor, 'accounts.remove', { userId, provider, providerUserId });
  return { changed };
}

/** @throws SsoLinkError `account_not_found` */
export async function readAccount(
  database: { db: Db },
  of: { userId: string } & AccountName,
): Promise<MirroredAccount> {
  const all = await accountsOf(database, of.userId);
  const found = all.find((a) => a.provider === of.provider && a.providerUserId === of.providerUserId);
  if (found) return found;
  throw new SsoLinkError('account_not_found', `user '${of.userId}' has no such account at ${of.provider}`);
}

/** @throws SsoLinkError `changed_at_invalid` */
function timeOf(changedAt: string | null | undefined): ChangeTime {
  if (changedAt == null) return { at: changeTimeOf(Date.now()), given: true };
  const at = readChangeTime(changedAt);
  if (at === undefined || isAhead(at, Date.now())) {
    throw new SsoLinkError(
      'changed_at_invalid',
      'changed_at is invalid: expected a time as in RFC 3339 that has come',
    );
  }
  return { at, given: true };
}

async function writeLine(tx: Transaction, actor: string, line: ImportLine): Promise<{ changed: boolean }> {
  const plan = await importBatch(tx, actor, [line], 'api');
  const [conflict] = plan.conflicts;
  if (conflict) {
    const { reason, company } = conflict;
    throw new SsoLinkError(
      reason,
      reason === 'user_deleted'
        ? `user '${conflict.userId}' was deleted: that is final`
        : `user '${conflict.userId}' belongs to company '${company}' by a link`,
    );
  }
  if (plan.bad.length > 0) throw new SsoLinkError('company_unknown', 'there is no such company');
  return { changed: plan.unchanged === 0 };
}

async function companyOf(tx: Transaction, userId: string): Promise<{ companyId?: string }> {
  const { companyId } = await readUser(tx, userId);
  return companyId === null ? {} : { companyId };
}

async function auditAccount(
  tx: Transaction,
  actor: string,
  action: string,
  { userId, provider, providerUserId }: { userId: string } & AccountName,
): Promise<void> {
  const details = { provider, provider_user_id: providerUserId };
  await audit(tx, { actor, action, target: userId, ...(await companyOf(tx, userId)), details });
}

/** The id of the user who has an account; null where nobody has it. */
export async function ownerOfAccount({ db }: { db: Db }, name: AccountName): Promise<string | null> {
  const [row] = await db
    .select({ userId: socialAccounts.userId })
    .from(socialAccounts)
    .where(
      and(eq(socialAccounts.provider, name.provider), eq(socialAccounts.providerUserId, name.providerUserId)),
    );
  return row?.userId ?? null;
}
