/** Counts, in the product's own database, how often each user signed in by SSO. README.md says how to run it. */
import { Kafka } from 'kafkajs';
import postgres from 'postgres';
import { createEventConsumer } from 'sso-link-client/events';

const { DATABASE_URL = '', KAFKA_BROKERS = 'localhost:9092', GROUP_ID = 'example' } = process.env;
const { TOPIC = 'user.link_result' } = process.env;
const sql = postgres(DATABASE_URL, { onnotice: () => {} });
await sql`CREATE TABLE IF NOT EXISTS seen_events (id text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`;
await sql`CREATE TABLE IF NOT EXISTS sso_users (user_id text PRIMARY KEY, logins int NOT NULL)`;

/**
 * The event's id and its effect are stored by one transaction: both, or neither.
 * @type {import('sso-link-client/events').SeenStore<import('postgres').TransactionSql>}
 */
const store = {
  once: (event, work) =>
    sql.begin(async (tx) => {
      const { count } = await tx`INSERT INTO seen_events (id) VALUES (${event.id}) ON CONFLICT DO NOTHING`;
      if (count === 1) await work(tx);
      return count === 1;
    }),
};
const events = createEventConsumer({
  store,
  handlers: {
    'user.link_result': async ({ data: { user_id: user } }, tx) => {
      if (user === null) return;
      await tx`INSERT INTO sso_users VALUES (${user}, 1)
        ON CONFLICT (user_id) DO UPDATE SET logins = sso_users.logins + 1`;
    },
    'user.link_removed': async ({ data }, tx) => {
      await tx`DELETE FROM sso_users WHERE user_id = ${data.user_id}`;
    },
  },
  onUnreadable: (error) => console.error(`passed over: ${error.message}`),
});

const consumer = new Kafka({ clientId: 'example', brokers: KAFKA_BROKERS.split(',') }).consumer({
  groupId: GROUP_ID,
});
await consumer.connect();
await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    await events.handle(message);
  },
});
process.once('SIGTERM', () => consumer.disconnect().then(() => sql.end()));
