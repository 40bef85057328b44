/**
 * What a batch of lines changes, worked out before anything is written: a pure function of the lines and of
 * what the database holds, so that an import that brings nothing new writes nothing.
 */
import type {
  AccountName,
  BadLine,
  ImportedAccount,
  ImportedUser,
  ImportLine,
  UserLine,
} from './import-line.ts';

export interface KnownUser {
  id: string;
  name: string | null;
  status: 'active' | 'suspended' | 'deleted';
  /** The company's slug. */
  company: string | null;
  companySetBy: 'import' | 'link' | null;
}

export interface KnownAccount extends ImportedAccount {
  userId: string;
}

/** A line that wants what the database won't give up: told, and the rest of the line imported. */
export interface Conflict {
  line: number;
  userId: string;
  reason: 'company_set_by_link' | 'user_deleted';
  /** The company that stays. */
  company: string | null;
  /** The company that the line names. */
  wanted: string | null;
}

export interface ImportPlan {
  bad: BadLine[];
  conflicts: Conflict[];
  /** To insert or to change, by id. */
  users: { id: string; company: string | null; name: string | null; status: 'active' | 'suspended' }[];
  /** Ids to erase. */
  erase: string[];
  /** To insert or to change, by provider and the provider's id. */
  accounts: KnownAccount[];
  /** To delete. */
  removed: AccountName[];
  /** Lines that brought nothing new. */
  unchanged: number;
}

/** @param companies the slugs that exist, of those that the lines name */
export function planImport(
  lines: readonly ImportLine[],
  companies: ReadonlySet<string>,
  knownUsers: readonly KnownUser[],
  knownAccounts: readonly KnownAccount[],
): ImportPlan {
  const plan: ImportPlan = {
    ...{ bad: [], conflicts: [], users: [], erase: [], accounts: [], removed: [] },
    unchanged: 0,
  };
  const users = new Map(knownUsers.map((user) => [user.id, user]));
  const accounts = new Map(knownAccounts.map((account) => [accountKey(account), account]));
  // As if the lines came one by one: the last one counts, except for the fields that it leaves out.
  const lastOfUser = new Map<string, UserLine>();
  const lastOfAccount = new Map<string, ImportLine>();
  const good = lines.filter((line) => {
    if ('removed' in line) return true;
    const { company } = line.user;
    if (company === null || companies.has(company)) return true;
    plan.bad.push({ line: line.number, reason: 'company names none that exists: `company create` makes it' });
    return false;
  });
  for (const line of good) {
    if ('removed' in line) {
      lastOfAccount.set(accountKey(line.removed), line);
      continue;
    }
    const before = lastOfUser.get(line.user.id)?.user;
    const user = {
      ...line.user,
      name: line.user.name ?? before?.name ?? null,
      status: line.user.status ?? before?.status ?? null,
    };
    lastOfUser.set(user.id, { ...line, user });
    if (line.account) lastOfAccount.set(accountKey(line.account), line);
  }

  const changing = new Set<number>();
  for (const line of lastOfUser.values()) {
    if (planUser(plan, line, users.get(line.user.id))) changing.add(line.number);
  }
  for (const [key, line] of lastOfAccount) {
    const known = accounts.get(key);
    if ('removed' in line) {
      if (known) {
        plan.removed.push(line.removed);
        changing.add(line.number);
      }
      continue;
    }
    const isGone =
      users.get(line.user.id)?.status === 'deleted' ||
      lastOfUser.get(line.user.id)?.user.status === 'deleted';
    if (!line.account || isGone) continue;
    const account = { ...line.account, userId: line.user.id };
    if (known && sameAccount(known, account)) continue;
    plan.accounts.push(account);
    changing.add(line.number);
  }
  plan.unchanged = good.length - changing.size;
  plan.users.sort((a, b) => (a.id < b.id ? -1 : 1));
  plan.accounts.sort((a, b) => (accountKey(a) < accountKey(b) ? -1 : 1));
  return plan;
}

/** @returns whether the user changes */
function planUser(plan: ImportPlan, { number, user }: UserLine, known: KnownUser | undefined): boolean {
  if (known?.status === 'deleted') {
    if (user.status !== 'deleted') plan.conflicts.push(conflict(number, user, 'user_deleted', known));
    return false;
  }
  if (user.status === 'deleted') {
    if (known) plan.erase.push(user.id);
    return known !== undefined;
  }
  const heldByLink = known?.companySetBy === 'link';
  if (heldByLink && user.company !== null && user.company !== known.company) {
    plan.conflicts.push(conflict(number, user, 'company_set_by_link', known));
  }
  const wanted = {
    id: user.id,
    company: heldByLink ? known.company : user.company,
    name: user.name ?? known?.name ?? null,
    status: user.status ?? known?.status ?? 'active',
  };
  if (
    known &&
    known.company === wanted.company &&
    known.name === wanted.name &&
    known.status === wanted.status
  ) {
    return false;
  }
  plan.users.push(wanted);
  return true;
}

function conflict(line: number, user: ImportedUser, reason: Conflict['reason'], known: KnownUser): Conflict {
  return { line, userId: user.id, reason, company: known.company, wanted: user.company };
}

/** Neither part holds a control character. */
export function accountKey(account: AccountName): string {
  return `${account.provider}\n${account.providerUserId}`;
}

function sameAccount(a: KnownAccount, b: KnownAccount): boolean {
  return a.userId === b.userId && a.email === b.email && a.emailVerified === b.emailVerified;
}
