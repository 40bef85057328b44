/**
 * What a history must not show. Pure: check.test.ts corrupts a good history in each way and sees that it is found.
 */
import { groupBy } from '../../support/group-by.ts';
import type { Person } from '../installation.ts';
import type { History, Result, Sent } from './history.ts';

export const KINDS = [
  'lost login',
  'missing result',
  'missing event',
  'doubled',
  'cross-company',
  'wrong decision',
  'out of order',
  'other result',
  'unknown login',
  'waiting',
] as const;

export type Kind = (typeof KINDS)[number];
export type Finding = { kind: Kind; what: string };

/** What the policy decides for a person: the first login's result, and that of each later one. */
export interface Expected {
  /** The user is one that the first result made: nobody else's, and the same in each later result. */
  createsUser?: true;
  first: Omit<Result, 'login'>;
  later: Omit<Result, 'login'>;
}

/** Everything that the history shows and must not. @param expected by the person's `sub` */
export function checkHistory(history: History, expected: Map<string, Expected>): Finding[] {
  return [
    ...lostLogins(history),
    ...missing(history),
    ...doubled(history),
    ...crossCompany(history),
    ...wrongDecisions(history, expected),
    ...outOfOrder(history),
    ...otherResults(history),
    ...(history.waiting > 0 ? [{ kind: 'waiting' as const, what: `${history.waiting} outbox rows` }] : []),
  ];
}

/** Each sign-in that a browser saw succeed is recorded. More may be: an answer can be lost after the commit. */
function lostLogins({ acknowledged, logins }: History): Finding[] {
  const recorded = groupBy(logins, ({ sub }) => sub);
  return [...acknowledged]
    .filter(([sub, times]) => (recorded.get(sub)?.length ?? 0) < times)
    .map(([sub, times]) => ({
      kind: 'lost login',
      what: `${sub}: ${times} sign-ins succeeded, ${recorded.get(sub)?.length ?? 0} are recorded`,
    }));
}

function missing({ logins, results, loginEvents, resultEvents }: History): Finding[] {
  const decided = new Set(results.map(({ login }) => login));
  const told = new Set(loginEvents.map(({ login }) => login));
  const published = new Set(resultEvents.map(({ login }) => login));
  const known = new Set(logins.map(({ id }) => id));
  return [
    ...logins.flatMap(({ id }): Finding[] => [
      ...(decided.has(id) ? [] : [{ kind: 'missing result' as const, what: id }]),
      ...(told.has(id) ? [] : [{ kind: 'missing event' as const, what: `user.sso_authenticated of ${id}` }]),
      ...(published.has(id) ? [] : [{ kind: 'missing event' as const, what: `user.link_result of ${id}` }]),
    ]),
    ...[...told, ...published, ...decided]
      .filter((login) => !known.has(login))
      .map((what) => ({ kind: 'unknown login' as const, what })),
  ];
}

/** One result in the database, and one event on each topic: an event that is sent again has its id again. */
function doubled({ results, loginEvents, resultEvents }: History): Finding[] {
  const events = (sent: Sent[]) =>
    [...groupBy(sent, ({ login }) => login)].filter(([, of]) => new Set(of.map(({ id }) => id)).size > 1);
  const decisions = [...groupBy(results, ({ login }) => login)].filter(([, of]) => of.length > 1);
  return [...decisions, ...events(loginEvents), ...events(resultEvents)].map(([what]) => ({
    kind: 'doubled',
    what,
  }));
}

/** No result names a user of another company. A user of no company is one as well, because a link claims the user. */
function crossCompany({ logins, results, users }: History): Finding[] {
  const companyOf = new Map(logins.map(({ id, company }) => [id, company]));
  return results
    .filter(({ login, user }) => user !== null && users.get(user) !== companyOf.get(login))
    .map(({ login, user }) => ({ kind: 'cross-company', what: `${login}: ${user}` }));
}

/** By the policy's table; see `expectedOf`. */
function wrongDecisions({ logins, results }: History, expected: Map<string, Expected>): Finding[] {
  const resultOf = new Map(results.map((result) => [result.login, result]));
  const wrong = (what: string): Finding => ({ kind: 'wrong decision', what });
  const holders = new Map<string, string>();
  for (const { first } of expected.values()) if (first.user !== null) holders.set(first.user, 'an account');
  return [...groupBy(logins, ({ identity }) => identity)].flatMap(([identity, own]) => {
    const decided = own.flatMap(({ id }) => resultOf.get(id) ?? []);
    const person = expected.get(own[0]?.sub ?? '');
    if (decided.length === 0) return [];
    if (person === undefined) return wrong(`${identity} is nobody`);
    const made = person.createsUser ? (decided.find(({ user }) => user !== null)?.user ?? null) : undefined;
    const [first, later] = [person.first, person.later].map((one) =>
      made === undefined ? one : { ...one, user: made },
    );
    const firsts = decided.filter((result) => isSame(result, first));
    const findings = decided
      .filter((result) => !isSame(result, first) && !isSame(result, later))
      .map(({ login, outcome, reason, user }) =>
        wrong(`${login}: ${[outcome, reason, user].filter(Boolean).join(' ')}`),
      );
    if (!isSame(first, later) && firsts.length !== 1)
      findings.push(wrong(`${identity}: ${firsts.length} first results`));
    if (made !== undefined) {
      const holder = made === null ? 'nobody' : holders.get(made);
      if (holder !== undefined) findings.push(wrong(`${identity}: its user is ${holder}'s`));
      if (made !== null) holders.set(made, identity);
    }
    return findings;
  });
}

function isSame(a?: Omit<Result, 'login'>, b?: Omit<Result, 'login'>): boolean {
  return a?.outcome === b?.outcome && a?.reason === b?.reason && a?.user === b?.user;
}

/** The events of an identity increase in sequence, and its results follow the order of its logins. */
function outOfOrder({ loginEvents, resultEvents }: History): Finding[] {
  const findings: Finding[] = [];
  const orderOf = new Map<string, string[]>();
  for (const sent of [firstOnly(loginEvents), firstOnly(resultEvents)]) {
    for (const [key, own] of groupBy(sent, ({ key }) => key)) {
      const falls = own.some((one, i) => i > 0 && one.sequence <= (own[i - 1] as Sent).sequence);
      const order = own.map(({ login }) => login);
      const before = orderOf.get(key) ?? order;
      orderOf.set(key, before);
      const known = new Set(before);
      const differs =
        order.filter((login) => known.has(login)).join() !== before.filter((l) => order.includes(l)).join();
      if (falls || differs) findings.push({ kind: 'out of order', what: `${key}: ${order.join(' ')}` });
    }
  }
  return findings;
}

/** Without what was sent again. */
function firstOnly(sent: Sent[]): Sent[] {
  const seen = new Set<string>();
  return sent.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** What is published is what was decided. */
function otherResults({ results, resultEvents }: History): Finding[] {
  const resultOf = new Map(results.map((result) => [result.login, result]));
  return resultEvents
    .filter(({ login, result }) => {
      const decided = resultOf.get(login);
      return result !== undefined && decided !== undefined && !isSame(result, decided);
    })
    .map(({ login }) => ({ kind: 'other result', what: login }));
}

/** How many findings there are of each kind. */
export function countByKind(findings: Finding[]): Record<Kind, number> {
  return Object.fromEntries(
    KINDS.map((kind) => [kind, findings.filter((one) => one.kind === kind).length]),
  ) as Record<Kind, number>;
}

/** What the policy says of the people of `stormPeople`. */
export function expectedOf(people: Person[]): Map<string, Expected> {
  return new Map(people.map((person) => [person.sub, expect(person)]));
}

function expect({ email, userId, company = 'acme', emailVerified = true }: Person): Expected {
  const always = (outcome: string, reason: string | null = null): Expected => {
    const result = { outcome, reason, user: null };
    return { first: result, later: result };
  };
  if (!emailVerified) return always('refused', 'email_unverified');
  if (!email.endsWith(`@${company}.test`)) return always('refused', 'domain_not_owned');
  if (userId === undefined) {
    const made = { reason: null, user: null };
    return {
      createsUser: true,
      first: { outcome: 'user_created', ...made },
      later: { outcome: 'already_linked', ...made },
    };
  }
  const linked = { reason: null, user: userId };
  return { first: { outcome: 'linked', ...linked }, later: { outcome: 'already_linked', ...linked } };
}
