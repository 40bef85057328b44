import { randomBytes } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import t from 'tap';
import { startKafka } from '../../dev/kafka.ts';
import { deleteUser } from '../../src/accounts/users.ts';
import type { IdentityState } from '../../src/events/identity-state.ts';
import { parseEvent } from '../../src/events/index.ts';
import { createKafkaStream } from '../../src/kafka/stream.ts';
import { runChunk } from '../../src/linking/chunk.ts';
import { approveLink, removeLink } from '../../src/linking/manual-links.ts';
import { relayRound } from '../../src/outbox/round.ts';
import { onBrokers, silent, skip } from '../kafka/cluster.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { stored } from './topic.ts';

const OPERATOR = 'operator:olga';

/** All that a new consumer reads from the beginning: up to the last offset of each partition. */
async function readAll(kafka: Kafka, topic: string) {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  const waiting = new Map(
    ends.filter(({ high, low }) => high !== low).map((end) => [end.partition, BigInt(end.high) - 1n]),
  );
  const consumer = kafka.consumer({ groupId: `reader-${randomBytes(6).toString('hex')}` });
  const records: { key: string; value: Buffer | null; headers: object }[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        const { key, value, headers = {}, offset } = message;
        records.push({ key: String(key), value, headers });
        if (BigInt(offset) >= (waiting.get(partition) ?? 0n)) waiting.delete(partition);
      },
    });
    await until(() => waiting.size === 0, 60_000);
  } finally {
    await consumer.disconnect();
  }
  return records;
}

t.test(
  'a consumer that starts after compaction has the state of the database',
  { skip, timeout: 240_000 },
  async (t) => {
    const cluster = await startKafka({ own: true, properties: { 'log.cleaner.backoff.ms': '200' } });
    t.teardown(() => cluster.stop());
    const { config, prefix, bare } = await onBrokers(cluster.brokers);
    const topic = `${prefix}sso.identities`;
    const admin = bare.admin();
    await admin.connect();
    t.teardown(() => admin.disconnect());
    // Compaction at once, where `sso-link topics` lets the broker choose.
    const soon = {
      ...{ 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.001', 'max.compaction.lag.ms': '100' },
      ...{ 'delete.retention.ms': '0', 'cleanup.policy': 'compact' },
    };
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: 2,
          name: topic,
          configEntries: Object.entries(soon).map(([name, value]) => ({ name, value })),
        },
      ],
    });

    const database = await testDatabase(t);
    const make = worldOf(database);
    const acme = await make.company('acme');
    const sender = await createKafkaStream(config, silent).sender();
    t.teardown(() => sender.close());
    const relay = async () => {
      while ((await relayRound(database, sender, { from: 0 })) !== undefined) {}
    };
    const change = database.transaction;
    const decide = async (subject: string, email?: string) => {
      const login = await make.login(acme, { subject, ...(email && { email }) });
      await runChunk(database, [login]);
      return login.identityId;
    };
    /** Two states more of each: unlinked, pending; and linked by the next login. */
    const round = async (subjects: string[]) => {
      for (const subject of subjects) {
        const id = await decide(subject);
        await change((tx) => removeLink(tx, OPERATOR, id));
        await change((tx) => approveLink(tx, OPERATOR, id));
      }
      await relay();
    };
    const subjects = ['ada', 'bob', 'cleo'];
    for (let n = 0; n < 5; n++) await round(subjects);
    for (const subject of ['ada', 'bob', 'erased']) await decide(subject);
    await decide('eve', 'eve@elsewhere.example');
    const [erased] = await database.sql`SELECT user_id FROM sso_identities WHERE subject = 'erased'`;
    await relay();
    await change((tx) => deleteUser(tx, OPERATOR, String(erased?.user_id)));
    await relay();
    const written = 5 * 3 * 3 + 2 + 2 + 1;
    // A record more of each partition closes its segment: compaction leaves the open one alone.
    let records = await readAll(bare, topic);
    await until(async () => {
      await round(subjects);
      records = await readAll(bare, topic);
      return records.length < written;
    }, 120_000);
    t.ok(records.length < written, `${records.length} records are left of more than ${written}`);

    const copy = new Map<string, IdentityState>();
    for (const { key, ...record } of records) {
      const { subject, data } = parseEvent(record as never);
      t.equal(subject, key);
      if (data === null) copy.delete(key);
      else copy.set(key, data as IdentityState);
    }
    const byId = (a: IdentityState, b: IdentityState) => (a.sso_identity_id < b.sso_identity_id ? -1 : 1);
    t.same([...copy.values()].sort(byId), await stored(database.sql));
    t.equal(copy.size, 4, 'without who was erased');
  },
);
