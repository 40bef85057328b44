/**
 * The worker's limit with the least database work that keeps the promises: per chunk one read of the people who have the
 * emails, and one write of links, results and outbox rows in one statement, which is one commit; the offset after it.
 * A redelivered login writes nothing. It decides by one rule, locks nothing, and creates no users.
 */
import { createHash } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import postgres from 'postgres';
import { laneOf } from '../../dist/outbox/lanes.js';
import { socketFactory } from '../support/kafkajs-patches.mjs';

const { DATABASE_URL, KAFKA_BROKERS, KAFKA_TOPIC_PREFIX } = process.env;
const CHUNK = 500;
const sql = postgres(DATABASE_URL, { max: 4 });
const kafka = new Kafka({
  clientId: 'limit-database',
  brokers: KAFKA_BROKERS.split(','),
  socketFactory,
  logLevel: logLevel.ERROR,
});
const consumer = kafka.consumer({
  groupId: `${KAFKA_TOPIC_PREFIX}limit-database`,
  maxBytesPerPartition: 384 * 1024,
});

async function handle(messages) {
  const events = messages.map(({ value }) => JSON.parse(value.toString()));
  const emails = events.map((event) => event.email);
  const people = await sql`
    SELECT a.email, min(a.user_id) AS user_id, count(*)::int AS n
    FROM social_accounts a JOIN users u ON u.id = a.user_id
    WHERE a.email = ANY(${emails}::text[]) AND a.email_verified AND u.status = 'active' GROUP BY 1`;
  const byEmail = new Map(people.map((person) => [person.email, person]));
  const decidedAt = new Date().toISOString();
  const results = events.map((event) => {
    const person = byEmail.get(event.email);
    const isOne = person?.n === 1;
    const result = {
      login_id: event.login_id,
      sso_identity_id: event.sso_identity_id,
      company_id: event.company_id,
      outcome: isOne ? 'linked' : 'no_match',
      reason: isOne ? null : 'no_account',
      user_id: isOne ? person.user_id : null,
      matched: [],
      policy_version: 1,
      evidence: { candidates: person?.n ?? 0 },
      decided_at: decidedAt,
    };
    const lane = laneOf(Buffer.from(event.sso_identity_id));
    const id = createHash('sha256').update(event.login_id).digest('hex').slice(0, 32);
    return {
      ...result,
      lane,
      headers: { ce_id: id, ce_type: 'user.link_result' },
      payload: JSON.stringify(result),
    };
  });
  await sql`
    WITH result AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${sql.json(results)}::jsonb) AS r
        (login_id uuid, sso_identity_id uuid, company_id uuid, outcome text, reason text, user_id text, matched jsonb,
         policy_version int, evidence jsonb, decided_at timestamptz, lane smallint, headers jsonb, payload text)
    ), written AS (
      INSERT INTO link_results (login_id, sso_identity_id, company_id, outcome, reason, user_id, matched,
        policy_version, evidence, decided_at)
      SELECT login_id, sso_identity_id, company_id, outcome, reason, user_id, matched, policy_version, evidence,
        decided_at FROM result
      ON CONFLICT DO NOTHING RETURNING login_id
    ), linked AS (
      UPDATE sso_identities i SET user_id = result.user_id, linked_at = result.decided_at
      FROM result WHERE i.id = result.sso_identity_id AND i.user_id IS NULL AND result.outcome = 'linked'
    )
    INSERT INTO outbox (lane, topic, key, headers, payload)
    SELECT lane, 'user.link_result', sso_identity_id::text::bytea, headers, payload::bytea
    FROM result JOIN written USING (login_id)`;
}

await consumer.connect();
await consumer.subscribe({ topics: [`${KAFKA_TOPIC_PREFIX}user.sso_authenticated`], fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => process.send('ready'));
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 4,
  async eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets }) {
    for (let from = 0; from < batch.messages.length; from += CHUNK) {
      const chunk = batch.messages.slice(from, from + CHUNK);
      await handle(chunk);
      resolveOffset(chunk.at(-1).offset);
      await commitOffsetsIfNecessary(uncommittedOffsets());
    }
  },
});
process.once('SIGTERM', async () => {
  await consumer.disconnect();
  await sql.end();
  process.exit();
});
