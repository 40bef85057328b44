import t from 'tap';
import type { Person } from '../installation.ts';
import { checkHistory, countByKind, expectedOf, type Kind } from './check.ts';
import type { History, Result, Sent } from './history.ts';

const PEOPLE: Person[] = [
  { sub: 'ada', email: 'ada@acme.test', userId: 'user-ada' },
  { sub: 'bob', email: 'bob@globex.test', company: 'globex', userId: 'user-bob' },
  { sub: 'eve', email: 'eve@acme.test', company: 'globex', userId: 'user-eve' },
  { sub: 'new', email: 'new@acme.test' },
];

/** Two logins of each person, everything as it must be. */
function goodHistory(): History {
  const expected = expectedOf(PEOPLE);
  const logins: History['logins'] = PEOPLE.flatMap(({ sub, company = 'acme' }) =>
    [1, 2].map((n) => ({ id: `${sub}-${n}`, identity: `identity-${sub}`, sub, company })),
  );
  const results = logins.map(({ id, sub }): Result => {
    const { first, later } = expected.get(sub) as { first: Result; later: Result };
    const result = { ...(id.endsWith('1') ? first : later), login: id };
    return sub === 'new' ? { ...result, user: 'made-new' } : result;
  });
  const sent = (topic: string, from: number): Sent[] =>
    logins.map(({ id, identity }, n) => ({
      ...{ id: `${topic}-${id}`, key: identity, sequence: BigInt(from + n), login: id },
      ...(topic === 'result' && { result: results[n] as Result }),
    }));
  return {
    acknowledged: new Map(PEOPLE.map(({ sub }) => [sub, 2])),
    logins,
    results,
    users: new Map([
      ['user-ada', 'acme'],
      ['user-bob', 'globex'],
      ['user-eve', null],
      ['made-new', 'acme'],
    ]),
    loginEvents: sent('login', 100),
    resultEvents: sent('result', 200),
    waiting: 0,
  };
}

const found = (history: History): Kind[] => [
  ...new Set(checkHistory(history, expectedOf(PEOPLE)).map(({ kind }) => kind)),
];

t.test('a good history, and records that were sent again, are no finding', async (t) => {
  const history = goodHistory();
  t.same(found(history), []);
  history.loginEvents.push(history.loginEvents[0] as Sent);
  history.resultEvents.splice(2, 0, history.resultEvents[0] as Sent);
  t.same(found(history), []);
});

/** Each corrupts a good history in one way, and names what must be found. */
const CORRUPTIONS: [string, Kind, (history: History) => void][] = [
  ['a login that a browser saw is not recorded', 'lost login', (h) => h.acknowledged.set('ada', 3)],
  ['a login has no result', 'missing result', (h) => h.results.splice(1, 1)],
  ['a login was never published', 'missing event', (h) => h.loginEvents.splice(0, 1)],
  ['a result was never published', 'missing event', (h) => h.resultEvents.splice(7, 1)],
  ['a login has two results', 'doubled', (h) => h.results.push({ ...(h.results[0] as Result) })],
  [
    'a login was published as two events',
    'doubled',
    (h) => h.loginEvents.push({ ...(h.loginEvents[7] as Sent), id: 'again', sequence: 900n }),
  ],
  [
    'a result was published as two events',
    'doubled',
    (h) => h.resultEvents.push({ ...(h.resultEvents[7] as Sent), id: 'again', sequence: 900n }),
  ],
  ['a linked user belongs to another company', 'cross-company', (h) => h.users.set('user-ada', 'globex')],
  ['a linked user was not claimed', 'cross-company', (h) => h.users.set('user-bob', null)],
  ['a result names another user', 'wrong decision', (h) => change(h, 0, { user: 'user-bob' })],
  ['a refused person is linked', 'wrong decision', (h) => change(h, 4, { outcome: 'linked', reason: null })],
  ['another reason', 'wrong decision', (h) => change(h, 4, { reason: 'email_missing' })],
  ['a person is linked twice', 'wrong decision', (h) => change(h, 1, { outcome: 'linked' })],
  ['a person is never linked first', 'wrong decision', (h) => change(h, 0, { outcome: 'already_linked' })],
  ['a created user is somebody else’s', 'wrong decision', (h) => change(h, 6, { user: 'user-ada' })],
  ['a second user is created', 'wrong decision', (h) => change(h, 7, { user: 'made-again' })],
  ['two events of a person are exchanged', 'out of order', (h) => swap(h.loginEvents, 0, 1)],
  ['two results of a person are exchanged', 'out of order', (h) => swap(h.resultEvents, 2, 3)],
  [
    'results in rising sequence, but not in the order of the logins',
    'out of order',
    (h) => {
      swap(h.resultEvents, 2, 3);
      const [first, second] = [h.resultEvents[2] as Sent, h.resultEvents[3] as Sent];
      [first.sequence, second.sequence] = [second.sequence, first.sequence];
    },
  ],
  [
    'the published result is not the one that was decided',
    'other result',
    (h) => Object.assign(h.resultEvents[6] as Sent, { result: { ...h.results[6], outcome: 'ambiguous' } }),
  ],
  [
    'an event of a login that nobody recorded',
    'unknown login',
    (h) => h.loginEvents.push({ id: 'x', key: 'x', sequence: 1n, login: 'x' }),
  ],
  ['rows are left in the outbox', 'waiting', (h) => Object.assign(h, { waiting: 1 })],
];

for (const [name, kind, corrupt] of CORRUPTIONS) {
  t.test(`found: ${name}`, async (t) => {
    const history = goodHistory();
    corrupt(history);
    t.ok(found(history).includes(kind), `${kind} in ${found(history)}`);
    const counts = countByKind(checkHistory(history, expectedOf(PEOPLE)));
    t.ok(counts[kind] > 0);
  });
}

function change(history: History, index: number, by: Partial<Result>): void {
  history.results[index] = { ...(history.results[index] as Result), ...by };
}

function swap(sent: Sent[], a: number, b: number): void {
  [sent[a], sent[b]] = [sent[b] as Sent, sent[a] as Sent];
}
