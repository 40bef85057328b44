import t, { type Test } from 'tap';
import { parseEvent } from '../../src/events/index.ts';
import type { OutgoingRecord } from '../../src/kafka/records.ts';
import { runChunk } from '../../src/linking/chunk.ts';
import { removeLink } from '../../src/linking/manual-links.ts';
import { relayRound } from '../../src/outbox/round.ts';
import { operator } from '../commands/operator.ts';
import { testDatabase } from '../support/database.ts';
import { worldOf } from './world.ts';

const TOPIC = 'user.link_result';

/** A consumer of the topic: every event, and the latest of each SSO identity by `ce_sequence`. */
function consumer() {
  const records: OutgoingRecord[] = [];
  const latest = new Map<string, { sequence: bigint; type: string; data: object }>();
  const sender = {
    send: async (topic: string, _lane: number, sent: OutgoingRecord[]) => {
      if (topic !== TOPIC) return;
      for (const record of sent) {
        records.push(record);
        const { subject, sequence, type, data } = parseEvent(record as never);
        const known = latest.get(subject);
        if (known === undefined || known.sequence < sequence) {
          latest.set(subject, { sequence, type, data: data as object });
        }
      }
    },
  };
  return { sender, records, latest };
}

async function world(t: Test) {
  const database = await testDatabase(t);
  const make = worldOf(database);
  const acme = await make.company('acme');
  const seen = consumer();
  const relay = async () => {
    while ((await relayRound(database, seen.sender, { from: 0 })) !== undefined) {}
  };
  return { database, make, acme, seen, relay, run: operator(database.url) };
}

t.test('a replay has the same ids, numbers and data, and the latest stays the latest', async (t) => {
  const { database, make, acme, seen, relay, run } = await world(t);
  const started = new Date().toISOString();
  const people = ['ada', 'bob', 'cleo'].map((subject) => ({ subject }));
  const logins: Awaited<ReturnType<typeof make.login>>[] = [];
  for (let n = 0; n < 4; n++) {
    for (const person of people) logins.push(await make.login(acme, person));
    await runChunk(database, logins.slice(-3));
  }
  await relay();
  const original = [...seen.records];
  t.equal(original.length, 12);
  // What came later, and must not be overtaken.
  await database.transaction((tx) => removeLink(tx, 'operator:olga', String(logins[0]?.identityId)));
  await runChunk(database, [await make.login(acme, { subject: 'ada' })]);
  await relay();
  const before = new Map(seen.latest);

  const range = ['events', 'replay', '--type', TOPIC, '--company', 'acme', '--since', started, '--json'];
  const until = new Date(Date.now() + 1_000).toISOString();
  t.match((await run([...range, '--dry-run'])).json, [{ events: 13, unnumbered: 0, dry_run: true }]);
  await relay();
  t.equal(seen.records.length, 14, 'a dry run publishes nothing');
  t.match(await run([...range, '--until', until]), { exitCode: 0, json: [{ events: 13, dry_run: false }] });
  await relay();

  const replayed = seen.records.slice(14);
  t.equal(replayed.length, 13);
  const facts = (record: OutgoingRecord | undefined) => {
    const { ce_id, ce_sequence, ce_time, ce_type, ce_source, ce_subject } = record?.headers ?? {};
    const headers = { ce_id, ce_sequence, ce_time, ce_type, ce_source, ce_subject };
    return { headers, key: String(record?.key), data: JSON.parse(String(record?.value)) };
  };
  const idOf = (record: OutgoingRecord) => String(record.headers?.ce_id);
  for (const record of original) {
    t.same(
      facts(replayed.find((other) => idOf(other) === idOf(record))),
      facts(record),
      'id, number, time, key and data are the same',
    );
  }
  t.same(seen.latest, before, 'a consumer that keeps the latest ends in the same state');
  t.equal(new Set(seen.records.map(idOf)).size, 14, 'and one that deduplicates saw nothing new');
});

t.test('the range, results without a number, and what is asked wrongly', async (t) => {
  const { database, make, acme, run, relay, seen } = await world(t);
  const other = await make.company('globex');
  await runChunk(database, [
    await make.login(acme, { subject: 'ada' }),
    await make.login(other, { subject: 'x' }),
  ]);
  await runChunk(database, [await make.login(acme, { subject: 'bob' })]);
  await database.sql`
    UPDATE link_results SET decided_at = '2026-01-01T00:00:00.5Z', event_id = NULL, sequence = NULL
    WHERE sso_identity_id = (SELECT id FROM sso_identities WHERE subject = 'ada')`;
  await relay();
  const before = seen.records.length;
  const replay = (...args: string[]) =>
    run(['events', 'replay', '--type', TOPIC, '--company', 'acme', ...args, '--json']);
  t.match((await replay('--since', '2025-01-01', '--until', '2026-01-01')).json, [
    { events: 0, unnumbered: 0 },
  ]);
  t.match((await replay('--since', '2025-01-01')).json, [{ events: 1, unnumbered: 1 }]);
  await relay();
  t.equal(seen.records.length, before + 1, 'of the company alone');
  const [logged] =
    await database.sql`SELECT * FROM audit_log WHERE action = 'events.replay' ORDER BY id DESC`;
  t.match(logged, { actor: 'operator:olga', company_id: acme.id, details: { events: 1, unnumbered: 1 } });
  t.match(await replay('--since', 'yesterday'), { exitCode: 1, err: /Expected a time like/ });
  t.match(
    await run(['events', 'replay', '--type', 'user.linked', '--company', 'acme', '--since', '2026-01-01']),
    {
      exitCode: 1,
      err: /Allowed choices are user.link_result/,
    },
  );
  t.match(await run(['events', 'replay', '--type', TOPIC, '--company', 'none', '--since', '2026-01-01']), {
    exitCode: 1,
    err: /no company/,
  });
});

t.test('more than one page is published once, in order', async (t) => {
  const { database, make, acme, run, relay, seen } = await world(t);
  const login = await make.login(acme, { subject: 'ada' });
  await runChunk(database, [login]);
  await relay();
  await database.sql`
    INSERT INTO logins (id, state_hash, sso_identity_id, company_id, sso_client_id)
    SELECT gen_random_uuid(), sha256(n::text::bytea), ${login.identityId}, ${acme.id}, ${acme.clientId}
    FROM generate_series(1, 1200) AS n`;
  await database.sql`
    INSERT INTO link_results (login_id, sso_identity_id, company_id, outcome, user_id, matched, policy_version, evidence,
      event_id, sequence, decided_at)
    SELECT l.id, r.sso_identity_id, r.company_id, r.outcome, r.user_id, r.matched, r.policy_version, r.evidence,
      gen_random_uuid(), r.sequence + row_number() OVER (), r.decided_at + interval '1 microsecond'
    FROM logins l, link_results r WHERE l.id <> r.login_id`;
  const before = seen.records.length;
  await run(['events', 'replay', '--type', TOPIC, '--company', 'acme', '--since', '2026-01-01']);
  await relay();
  const replayed = seen.records.slice(before);
  t.equal(replayed.length, 1201);
  t.equal(new Set(replayed.map(({ headers }) => headers?.ce_id)).size, 1201);
  const numbers = replayed.map(({ headers }) => String(headers?.ce_sequence));
  t.same(numbers, numbers.toSorted());
});
