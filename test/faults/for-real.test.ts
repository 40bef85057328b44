import { randomBytes } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { freePorts } from '../../dev/free-port.ts';
import { startJumpCloud } from '../../dev/jumpcloud.ts';
import { kafkaAvailable, startKafka } from '../../dev/kafka.ts';
import { createDatabase, startPostgres } from '../../dev/postgres.ts';
import { command, type Env, rolesAsProcesses } from '../../dev/roles.ts';
import { readTopic } from '../../dev/topics.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { until } from '../support/until.ts';

const kafka = await kafkaAvailable();
const skip = kafka.available ? false : kafka.reason;
const SUB = 'a'.repeat(24);
const ACCOUNT = {
  user_id: 'u-ada',
  name: 'Ada Byron',
  provider: 'google',
  provider_user_id: '1',
  email: 'ada@acme.test',
  email_verified: true,
};

/** What README's "Run it for real" does: a database, brokers, and then the commands alone. */
async function installation(t: Test, options: { ownKafka?: boolean } = {}) {
  const postgres = await startPostgres();
  const database = await createDatabase(postgres.url);
  const cluster = await startKafka({ own: options.ownKafka ?? false });
  const jumpcloud = await startJumpCloud();
  const [port = 0, appPort = 0] = await freePorts(2);
  const prefix = `real-${randomBytes(4).toString('hex')}.`;
  const env: Env = {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: cluster.brokers.join(','),
    KAFKA_TOPIC_PREFIX: prefix,
    SECRET_KEYS: randomBytes(32).toString('base64'),
    PUBLIC_URL: `http://localhost:${port}`,
    APP_URL: `http://localhost:${appPort}/`,
    JUMPCLOUD_ISSUERS: `us=${jumpcloud.issuer}`,
    HOST: 'localhost',
    PORT: String(port),
    METRICS_PORT: '0',
    LOG_LEVEL: 'fatal',
    SESSION_REVALIDATE_AFTER: '1s',
  };
  jumpcloud.addClient({
    clientId: 'acme-client',
    clientSecret: 'a-secret-of-acme',
    redirectUris: [`${env.PUBLIC_URL}/login/callback`],
  });
  jumpcloud.addPerson({
    sub: SUB,
    email: ACCOUNT.email,
    givenName: 'Ada',
    familyName: 'Byron',
    clients: ['acme-client'],
  });

  await command(['migrate'], env);
  await command(['topics'], env);
  await command(['company', 'create', 'acme', '--name', 'Acme, Inc.'], env);
  await command(['domain', 'add', 'acme', 'acme.test', '--verified-by', 'operator'], env);
  await command(['client', 'create', 'acme', '--client-id', 'acme-client'], env, 'a-secret-of-acme\n');
  await command(['accounts', 'import', '-'], env, `${JSON.stringify(ACCOUNT)}\n`);
  await command(['client', 'activate', 'acme'], env);
  const roles = await rolesAsProcesses(env);
  t.teardown(async () => {
    await roles.stop();
    await jumpcloud.stop();
    await database.drop();
    await cluster.stop();
    await postgres.stop();
  });
  const records = (topic: string) => readTopic(cluster.brokers, prefix + topic);
  return { env, jumpcloud, cluster, records, url: `http://localhost:${port}`, appUrl: env.APP_URL as string };
}

t.test(
  'by the commands alone: signed in, told on the topic, signed out when removed',
  { skip, timeout: 180_000 },
  async (t) => {
    const { url, appUrl, env, jumpcloud, records } = await installation(t);
    const browser = httpBrowser({ stopAt: [appUrl] });
    const landed = await browser.signIn({
      startUrl: `${url}/login/start?company=acme`,
      email: ACCOUNT.email,
    });
    t.equal(landed.url, appUrl);

    const origin = new URL(appUrl).origin;
    const answer = await browser.fetch(`${url}/session`, { origin });
    const session = (await answer.json()) as { token: string; user: { id: string } };
    t.match(session, { state: 'signed_in', user: { id: 'u-ada' }, company: 'acme' });
    const keys = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(session.token, keys, { issuer: url, audience: origin });
    t.equal(payload.sub, 'u-ada');

    await until(async () => (await records(linkResult.topic)).length === 1);
    const [record] = await records(linkResult.topic);
    t.match(linkResult.parse(record?.value ?? null), {
      outcome: 'linked',
      user_id: 'u-ada',
      login_id: payload.login_id,
    });
    const doctor = await command(['doctor', '--json'], env);
    t.notMatch(doctor, '"ok":false');

    jumpcloud.removePerson(SUB);
    await until(async () => (await browser.fetch(`${url}/session`)).status === 401);
    t.same(await (await browser.fetch(`${url}/session`)).json(), { state: 'none' });
  },
);

t.test(
  'Kafka stopped: logins go on; started again: every event arrives',
  { skip, timeout: 240_000 },
  async (t) => {
    const { url, appUrl, cluster, records } = await installation(t, { ownKafka: true });
    const signIn = async (waitMs: number) => {
      const browser = httpBrowser({ stopAt: [appUrl] });
      return browser.signIn({ startUrl: `${url}/login/start?company=acme`, email: ACCOUNT.email, waitMs });
    };
    t.equal((await signIn(20_000)).url, appUrl);

    for (const node of cluster.nodes) await node.stop();
    for (let n = 0; n < 5; n += 1)
      t.equal((await signIn(0)).url, appUrl, 'linked before: signed in as always');
    for (const node of cluster.nodes) await node.start();

    const all = async () => {
      const counts = [ssoAuthenticated.topic, linkResult.topic].map(async (topic) => {
        const ids = (await records(topic)).map((r) => r.headers.ce_id);
        return new Set(ids).size;
      });
      return (await Promise.all(counts.map((c) => c.catch(() => 0)))).every((n) => n === 6);
    };
    await until(all, 120_000);
    t.pass('six logins, six events, six results');
  },
);
