/**
 * What a batch of lines changes, worked out before anything is written: a pure function of the lines and of
 * what the database holds, so that an import that brings nothing new writes nothing.
 *
 * The order of changes is the order of their times, not of their arrival: company, name and status of a user and each
 * account keep the time of their last change, and an older one does not overwrite it. Of two of the same time the later
 * arrival counts. A deletion is final, whatever its time.
 */
import type { AccountName, ImportLine, UserLine } from './import-line.ts';
import type { ImportPlan, KnownAccount, KnownMirror, KnownUser } from './plan-types.ts';
import { planUser } from './plan-user.ts';

export function planImport(lines: readonly ImportLine[], known: KnownMirror): ImportPlan {
  const plan: ImportPlan = {
    ...{ bad: [], conflicts: [], users: [], erase: [], deleted: [], accounts: [], removed: [] },
    confirmed: { users: [], accounts: [], removals: [] },
    unchanged: 0,
  };
  const good = lines.filter((line) => {
    const company = 'removed' in line ? null : (line.user.company ?? null);
    if (company === null || known.companies.has(company)) return true;
    plan.bad.push({ line: line.number, reason: 'company names none that exists: `company create` makes it' });
    return false;
  });
  const changing = new Set<number>();
  const gone = planUsers(plan, good, known.users, changing);
  planAccounts(plan, good, known, gone, changing);
  plan.unchanged = good.length - changing.size;
  plan.users.sort((a, b) => (a.id < b.id ? -1 : 1));
  plan.accounts.sort((a, b) => (accountKey(a) < accountKey(b) ? -1 : 1));
  return plan;
}

/** @returns who is deleted, or will be */
function planUsers(
  plan: ImportPlan,
  lines: readonly ImportLine[],
  knownUsers: readonly KnownUser[],
  changing: Set<number>,
): ReadonlySet<string> {
  const users = new Map(knownUsers.map((user) => [user.id, user]));
  const linesOf = new Map<string, UserLine[]>();
  for (const line of lines) {
    if ('removed' in line) continue;
    const before = linesOf.get(line.user.id);
    if (before === undefined) linesOf.set(line.user.id, [line]);
    else before.push(line);
  }
  const gone = new Set<string>();
  for (const [id, own] of linesOf) {
    const known = users.get(id);
    if (planUser(plan, own, known)) changing.add(own.at(-1)?.number ?? 0);
    if (known?.status === 'deleted' || own.some(({ user }) => user.status === 'deleted')) gone.add(id);
  }
  return gone;
}

function planAccounts(
  plan: ImportPlan,
  lines: readonly ImportLine[],
  known: KnownMirror,
  gone: ReadonlySet<string>,
  changing: Set<number>,
): void {
  const accounts = new Map(known.accounts.map((account) => [accountKey(account), account]));
  const removals = new Map(known.removals.map((removal) => [accountKey(removal), removal]));
  const newest = new Map<string, ImportLine>();
  for (const line of lines) {
    const name = 'removed' in line ? line.removed : line.account;
    if (name === null) continue;
    const key = accountKey(name);
    const before = newest.get(key);
    if (before === undefined || line.time.at >= before.time.at) newest.set(key, line);
  }
  for (const [key, line] of newest) {
    const [account, removal] = [accounts.get(key), removals.get(key)];
    const { at, given } = line.time;
    const knownAt = account ? account.at : (removal?.at ?? null);
    if (knownAt !== null && at < knownAt) continue;
    if ('removed' in line || gone.has(line.user.id)) {
      const name = 'removed' in line ? line.removed : line.account;
      if (name === null) continue;
      const { provider, providerUserId } = name;
      if (account) {
        plan.removed.push({ provider, providerUserId, at });
        changing.add(line.number);
      } else if (given || knownAt === null) {
        plan.confirmed.removals.push({ provider, providerUserId, at });
      }
      continue;
    }
    if (!line.account) continue;
    const wanted = { ...line.account, userId: line.user.id, at };
    if (account === undefined || !sameAccount(account, wanted)) {
      plan.accounts.push(wanted);
      changing.add(line.number);
    } else if (given && at !== knownAt) {
      plan.confirmed.accounts.push(wanted);
    }
  }
}

/** Neither part holds a control character. */
export function accountKey(account: AccountName): string {
  return `${account.provider}\n${account.providerUserId}`;
}

function sameAccount(a: KnownAccount, b: KnownAccount): boolean {
  return a.userId === b.userId && a.email === b.email && a.emailVerified === b.emailVerified;
}
