/** Sign in first, account later, on a real Kafka: what each topic says, in order, and where the next sign-in lands. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { kafkaAvailable, startKafka } from '../../dev/kafka.ts';
import { command, type Env } from '../../dev/roles.ts';
import { readTopic } from '../../dev/topics.ts';
import { readConfig } from '../../src/config.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { ACCOUNT_CHANGED_TOPIC } from '../../src/events/topics.ts';
import { createKafkaStream } from '../../src/kafka/stream.ts';
import { TOPICS_CONFIG } from '../../src/kafka/topics.ts';
import { append } from '../../src/outbox/append.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { silent } from '../kafka/cluster.ts';
import { type Company, worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { startRole } from './role-process.ts';

const kafka = await kafkaAvailable();
const skip = kafka.available ? false : kafka.reason;

t.test(
  'sign in first, account later: listed, merged, and the next sign-in lands right',
  { skip, timeout: 300_000 },
  async (t) => {
    const cluster = await startKafka();
    t.teardown(() => cluster.stop());
    const database = await testDatabase(t);
    const world = worldOf(database);
    const prefix = `late-${randomBytes(4).toString('hex')}.`;
    const env: Env = {
      ...{ DATABASE_URL: database.url, KAFKA_BROKERS: cluster.brokers.join(','), KAFKA_TOPIC_PREFIX: prefix },
      ...{ LOG_LEVEL: 'fatal', METRICS_PORT: '0', SSO_LINK_OPERATOR: 'olga' },
    };
    await command(['topics'], env);
    const roles = [await startRole('relay', env), await startRole('worker', env)];
    t.teardown(() => Promise.all(roles.map((role) => role.kill())));
    const sender = await createKafkaStream(readConfig(env, TOPICS_CONFIG), silent).sender();
    t.teardown(() => sender.close());

    const run = async (...args: string[]) =>
      (await command([...args, '--json'], env))
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, string>);
    async function signIn(company: Company, subject: string) {
      const { key, value, headers, loginId } = await world.login(company, { subject });
      await database.transaction((tx) =>
        append(tx, [{ topic: ssoAuthenticated.topic, key, headers, payload: value }]),
      );
      const result = async () => (await world.results()).find((row) => row.login_id === loginId);
      await until(async () => (await result()) !== undefined, 60_000);
      return result();
    }
    const change = (userId: string, email: string) => {
      const line = {
        user_id: userId,
        provider: 'google',
        provider_user_id: userId,
        email,
        email_verified: true,
      };
      const key = Buffer.from(userId);
      return sender.send(ACCOUNT_CHANGED_TOPIC, laneOf(key), [
        { key, value: Buffer.from(JSON.stringify(line)), headers: {} },
      ]);
    };

    const acme = await world.company('acme');
    const first = await signIn(acme, 'ada');
    t.match(first, { outcome: 'user_created' });
    await change('ada-1', 'ada@acme.example');
    await until(async () => (await run('late-matches', 'list')).length === 1, 60_000);
    const [listed] = await run('late-matches', 'list', '--company', 'acme');
    t.match(listed, {
      company: 'acme',
      email: 'ada@acme.example',
      user_id: 'ada-1',
      created_user_id: first?.user_id,
    });
    t.match(await run('late-matches', 'merge', listed?.id ?? ''), [
      { user_id: 'ada-1', previous_user_id: first?.user_id },
    ]);
    t.match(await signIn(acme, 'ada'), { outcome: 'already_linked', user_id: 'ada-1' });

    // By itself at a company that wants it.
    const globex = await world.company('globex');
    await run('company', 'update', 'globex', '--merge-late-matches');
    const bob = await signIn(globex, 'bob');
    await change('bob-1', 'bob@globex.example');
    await until(async () => (await run('late-matches', 'list', '--state', 'merged')).length === 2, 60_000);
    t.match(await signIn(globex, 'bob'), { outcome: 'already_linked', user_id: 'bob-1' });

    await until(async () => (await database.sql`SELECT FROM outbox`).length === 0, 60_000);
    const said = (await readTopic(cluster.brokers, prefix + linkResult.topic)).map(({ headers, value }) => ({
      type: headers.ce_type,
      data: JSON.parse(String(value)),
      subject: headers.ce_subject,
    }));
    const of = (identity: unknown) =>
      said
        .filter(({ subject }) => subject === identity)
        .map(({ type, data }) => [type, data.outcome ?? data.cause ?? null, data.user_id]);
    t.same(of(listed?.sso_identity_id), [
      ['user.link_result', 'user_created', first?.user_id],
      ['user.late_match', null, 'ada-1'],
      ['user.linked', 'merge', 'ada-1'],
      ['user.link_result', 'already_linked', 'ada-1'],
    ]);
    const [auto] = await run('late-matches', 'list', '--state', 'merged', '--company', 'globex');
    t.match(auto, { decided_by: 'worker', created_user_id: bob?.user_id });
    t.same(of(auto?.sso_identity_id), [
      ['user.link_result', 'user_created', bob?.user_id],
      ['user.late_match', null, 'bob-1'],
      ['user.linked', 'merge', 'bob-1'],
      ['user.link_result', 'already_linked', 'bob-1'],
    ]);
    t.comment(`${linkResult.topic}: ${JSON.stringify(of(listed?.sso_identity_id))}`);
  },
);
