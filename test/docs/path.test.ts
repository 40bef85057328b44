/** The path of an existing product, by the commands of docs/integrating.md, on a real Kafka: roles are processes. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { freePorts } from '../../dev/free-port.ts';
import { startJumpCloud } from '../../dev/jumpcloud.ts';
import { kafkaAvailable, startKafka } from '../../dev/kafka.ts';
import { createDatabase, startPostgres } from '../../dev/postgres.ts';
import { command, type Env, rolesAsProcesses } from '../../dev/roles.ts';
import { readTopic } from '../../dev/topics.ts';
import { createEventConsumer, digestIdentities, memoryStore } from '../../src/events/index.ts';
import { productProject } from '../support/product-project.ts';
import { noteSecret } from '../support/secret-leaks.ts';
import { until } from '../support/until.ts';

const kafka = await kafkaAvailable();
const CLIENT_ID = 'acme-client';
const ADA = { sub: 'a'.repeat(24), email: 'ada@acme.com' };
const FILES: Record<string, string> = {
  'accounts.ndjson': `${JSON.stringify({
    ...{ user_id: 'u-ada', name: 'Ada Byron', provider: 'google', provider_user_id: 'g-ada' },
    ...{ email: ADA.email, email_verified: true },
  })}\n`,
  'client-secret.txt': `${randomBytes(16).toString('hex')}\n`,
};
const secret = (FILES['client-secret.txt'] as string).trim();
noteSecret(secret);

/** The lines of the page's block, without comments. */
async function commandsOfThePage(): Promise<string[]> {
  const page = await readFile(new URL('../../docs/integrating.md', import.meta.url), 'utf8');
  const [, block = ''] = /```sh\n(sso-link accounts import[^`]+)```/.exec(page) ?? [];
  return block
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''));
}

t.test(
  'mirror, consume, verify, the first company',
  { skip: !kafka.available, timeout: 240_000 },
  async (t) => {
    const { env, url, appUrl, brokers } = await installation();
    const lines = await commandsOfThePage();
    let next = 0;
    /** Runs the next line of the page; `begins` shows which step the test is at. */
    const run = async (begins: string) => {
      const line = lines[next++] ?? '';
      t.match(line, new RegExp(`^sso-link ${begins}`), line);
      const words = line.match(/"[^"]*"|\S+/g) ?? [];
      const args = words.slice(1).map((word) => word.replaceAll('"', '').replace('$CLIENT_ID', CLIENT_ID));
      const from = args.indexOf('<');
      const input = from < 0 ? undefined : FILES[args[from + 1] ?? ''];
      return command(args.slice(0, from < 0 ? undefined : from).map(inFolder), env, input);
    };
    const folder = t.testdir(FILES);
    const inFolder = (arg: string) => (arg in FILES ? join(folder, arg) : arg);

    // 1. Mirror the accounts.
    t.match(await run('accounts import'), /1 users and 1 accounts written/);
    const again = await command(['accounts', 'import', inFolder('accounts.ndjson')], env);
    t.match(again, /0 users and 0 accounts written.* 1 lines unchanged/, 'a second import changes nothing');

    // 2. Consume who is linked: what this copy holds is compared at the end.
    const states = async () => {
      const copy = new Map<
        string,
        { sso_identity_id: string; user_id: string | null; state: string; sequence: number }
      >();
      const consumer = createEventConsumer({
        store: memoryStore(),
        handlers: {
          'identity.state': ({ subject, data }) => {
            if (data === null) copy.delete(subject);
            else copy.set(subject, data);
          },
        },
        onUnreadable: (error) => void t.fail(error.message),
      });
      for (const record of await readTopic(brokers, `${env.KAFKA_TOPIC_PREFIX}sso.identities`))
        await consumer.handle(record);
      return [...copy.values()];
    };
    t.same(await states(), []);

    // 3. Take over the session.
    const origin = new URL(appUrl).origin;
    const session = (browser = httpBrowser()) => browser.fetch(`${url}/session`, { origin });
    const nobody = await session();
    t.same([nobody.status, await nobody.json()], [401, { state: 'none' }]);
    const project = await productProject(t, 'backend', ['fastify']);
    const { buildApp } = await import(join(project, 'fastify.mjs'));
    const backend: FastifyInstance = buildApp({ issuer: url, audience: origin });
    t.teardown(() => backend.close());
    const me = async (token: string) =>
      (await backend.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })).statusCode;

    // 4. The first company.
    for (const begins of ['company create', 'domain add', 'client create']) await run(begins);
    t.match(await run('preview'), /ada@acme\.com.*linked|linked.*ada@acme\.com/s);
    const link = /https?:\S+/.exec(await run('client test'))?.[0] ?? '';
    const tested = await httpBrowser().signIn({ startUrl: link, email: ADA.email, waitMs: 0 });
    t.match(tested.$('main').text(), /ada@acme\.com/, 'the test page says who came');
    await run('client activate');
    const browser = httpBrowser({ stopAt: [appUrl] });
    const landed = await browser.signIn({ startUrl: `${url}/login/start?company=acme`, email: ADA.email });
    t.equal(landed.url, appUrl);
    const { token, user } = (await (await session(browser)).json()) as {
      token: string;
      user: { id: string };
    };
    t.equal(user.id, 'u-ada', 'the account that the person had');
    t.same([await me(token), await me(`${token}x`)], [200, 401]);
    t.match(await run('results list'), /linked.*u-ada/s);
    const digest = JSON.parse(await command([...(lines[next] ?? '').split(' ').slice(1), '--json'], env));
    await until(async () => (await states()).length === 1);
    t.match(digest, await digestIdentities(await states()), 'the copy equals the database');
    await run('events digest');
    t.equal(next, lines.length, 'each line of the page was run');

    async function installation() {
      const postgres = await startPostgres();
      t.teardown(postgres.stop);
      const database = await createDatabase(postgres.url);
      t.teardown(database.drop);
      const cluster = await startKafka();
      t.teardown(cluster.stop);
      const jumpcloud = await startJumpCloud();
      t.teardown(jumpcloud.stop);
      const [port = 0, appPort = 0] = await freePorts(2);
      const url = `http://localhost:${port}`;
      const appUrl = `http://localhost:${appPort}/`;
      const env: Env = {
        ...{ DATABASE_URL: database.url, KAFKA_BROKERS: cluster.brokers.join(',') },
        ...{ KAFKA_TOPIC_PREFIX: `path-${randomBytes(4).toString('hex')}.` },
        ...{ SECRET_KEYS: randomBytes(32).toString('base64'), PUBLIC_URL: url, APP_URL: appUrl },
        ...{ JUMPCLOUD_ISSUERS: `us=${jumpcloud.issuer}`, HOST: 'localhost', PORT: `${port}` },
        ...{ METRICS_PORT: '0', LOG_LEVEL: 'fatal' },
      };
      noteSecret(env.SECRET_KEYS);
      const redirectUris = [`${url}/login/callback`];
      jumpcloud.addClient({ clientId: CLIENT_ID, clientSecret: secret, redirectUris });
      jumpcloud.addPerson({ ...ADA, givenName: 'Ada', familyName: 'Byron', clients: [CLIENT_ID] });
      await command(['migrate'], env);
      await command(['topics'], env);
      const roles = await rolesAsProcesses(env);
      t.teardown(roles.stop);
      return { env, url, appUrl, brokers: cluster.brokers };
    }
  },
);
