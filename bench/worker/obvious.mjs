/**
 * The obvious consumer, as one would write it first: `eachMessage`, and for each message one transaction that
 * reads the login, looks the email up, decides, and writes. Idempotent and durable, as ours is; kafkajs's own
 * defaults. It asks the service's policy, so that the duty is the same.
 */
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import postgres from 'postgres';
import { normalizeEmail } from '../../dist/email.js';
import { linkResult } from '../../dist/events/link-result.js';
import { laneOf } from '../../dist/outbox/lanes.js';
import { decide, POLICY_VERSION } from '../../dist/policy/decide.js';
import { socketFactory } from '../support/kafkajs-patches.mjs';

const { DATABASE_URL, KAFKA_BROKERS, KAFKA_TOPIC_PREFIX } = process.env;
const sql = postgres(DATABASE_URL, { max: 4 });
const brokers = KAFKA_BROKERS.split(',');
const kafka = new Kafka({ clientId: 'obvious', brokers, socketFactory, logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `${KAFKA_TOPIC_PREFIX}obvious` });

async function handle(event) {
  const email = normalizeEmail(event.email);
  await sql.begin(async (tx) => {
    const [login] = await tx`
      SELECT l.*, i.user_id, i.link_removed_at, c.status AS company_status, c.creates_users,
        k.status AS client_status, d.company_id AS domain_company, d.verified_by
      FROM logins l JOIN sso_identities i ON i.id = l.sso_identity_id
      JOIN companies c ON c.id = l.company_id JOIN sso_clients k ON k.id = l.sso_client_id
      LEFT JOIN company_domains d ON d.domain = ${email?.split('@')[1] ?? null}
      WHERE l.id = ${event.login_id} FOR UPDATE OF i`;
    const done = await tx`SELECT 1 FROM link_results WHERE login_id = ${event.login_id}`;
    if (login === undefined || done.length > 0) return;

    const [user] = login.user_id ? await tx`SELECT * FROM users WHERE id = ${login.user_id}` : [];
    const accounts = await tx`
      SELECT a.*, u.status, u.company_id, other.id AS identity_id
      FROM social_accounts a JOIN users u ON u.id = a.user_id
      LEFT JOIN sso_identities other ON other.user_id = u.id AND other.company_id = ${login.company_id}
      WHERE a.email = ${email} FOR UPDATE OF u`;
    const decision = decide(
      { email: event.email, emailVerified: event.email_verified },
      {
        linked: user ? { userId: user.id, status: user.status, companyId: user.company_id } : null,
        linkRemoved: login.link_removed_at !== null,
      },
      accounts.map((account) => ({
        userId: account.user_id,
        status: account.status,
        companyId: account.company_id,
        identityId: account.identity_id,
        accounts: [
          {
            provider: account.provider,
            socialAccountId: account.id,
            email,
            verified: account.email_verified,
          },
        ],
        viaIdentity: false,
      })),
      {
        id: login.company_id,
        active: login.company_status === 'active',
        clientActive: login.client_status === 'active',
        createsUsers: login.creates_users,
        domainProof: login.domain_company
          ? { domain: email.split('@')[1], companyId: login.domain_company, verifiedBy: login.verified_by }
          : null,
      },
    );

    let { userId } = decision;
    if (decision.outcome === 'user_created') {
      userId = randomUUID();
      await tx`
        INSERT INTO users (id, company_id, company_set_by, name, sso_email)
        VALUES (${userId}, ${login.company_id}, 'link', ${event.name}, ${email})`;
    }
    if (decision.outcome === 'user_created' || decision.outcome === 'linked') {
      await tx`UPDATE sso_identities SET user_id = ${userId}, linked_at = now() WHERE id = ${login.sso_identity_id}`;
      await tx`
        UPDATE users SET company_id = ${login.company_id}, company_set_by = 'link'
        WHERE id = ${userId} AND company_id IS NULL`;
    }
    const { outcome, reason, matched, evidence } = decision;
    const decidedAt = new Date();
    await tx`
      INSERT INTO link_results (login_id, sso_identity_id, company_id, outcome, reason, user_id, matched,
        policy_version, evidence, decided_at)
      VALUES (${login.id}, ${login.sso_identity_id}, ${login.company_id}, ${outcome}, ${reason}, ${userId},
        ${tx.json(matched)}, ${POLICY_VERSION}, ${tx.json(evidence)}, ${decidedAt})`;
    const result = linkResult.create(
      { id: randomUUID(), source: 'urn:obvious', time: decidedAt, subject: login.sso_identity_id },
      {
        login_id: login.id,
        sso_identity_id: login.sso_identity_id,
        company_id: login.company_id,
        outcome,
        reason,
        user_id: userId,
        matched,
        policy_version: POLICY_VERSION,
        evidence,
        decided_at: decidedAt.toISOString(),
      },
    );
    await tx`
      INSERT INTO outbox (lane, topic, key, headers, payload)
      VALUES (${laneOf(result.key)}, ${result.topic}, ${result.key}, ${tx.json(result.headers)}, ${result.payload})`;
  });
}

await consumer.connect();
await consumer.subscribe({ topics: [`${KAFKA_TOPIC_PREFIX}user.sso_authenticated`], fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => process.send('ready'));
await consumer.run({ eachMessage: ({ message }) => handle(JSON.parse(message.value.toString())) });
process.once('SIGTERM', async () => {
  await consumer.disconnect();
  await sql.end();
  process.exit();
});
