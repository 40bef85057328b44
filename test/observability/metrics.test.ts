import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { freePort } from '../../dev/free-port.ts';
import { createStream } from '../../dev/stream.ts';
import { readConfig } from '../../src/config.ts';
import { createWorkerMetrics } from '../../src/linking/metrics.ts';
import { createHealth } from '../../src/observability/health.ts';
import { append } from '../../src/outbox/append.ts';
import { createRelayMetrics } from '../../src/outbox/metrics.ts';
import { RELAY_CONFIG, startRelay } from '../../src/roles/relay.ts';
import { silent } from '../kafka/cluster.ts';
import { testDatabase } from '../support/database.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

function parse(text: string): Sample[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    value: Number(value),
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, k, v]) => [k, v])),
  }));
}

const scrape = async (port: number | string) =>
  parse(await (await fetch(`http://localhost:${port}/metrics`)).text());

async function serviceOf(t: Test) {
  const port = String(await freePort());
  const service = await startService(t, { env: { METRICS_PORT: port, SESSION_REVALIDATE_AFTER: '1s' } });
  const acme = await addCompany(service, 'acme');
  const person = addPerson(service, acme);
  await linkUser(service, acme, person.sub);
  const signIn = async () => {
    const browser = httpBrowser({ stopAt: [service.appUrl] });
    await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email: person.email });
    return browser;
  };
  const told = async (name: string) => (await scrape(port)).filter((s) => s.name === name);
  return { service, port, signIn, told };
}

t.test('no label has a value that a stranger can choose', async (t) => {
  const { service, port, signIn } = await serviceOf(t);
  const evil = 'stranger-7f3a';
  const paths = [
    `/login/start?company=${evil}`,
    `/login/start?company=${encodeURIComponent(`acme"} ${evil}`)}`,
    `/login/start?company=acme&return_to=https://${evil}.test/&login_hint=${evil}@acme.test`,
    `/login?company=${evil}&login_hint=${evil}@${evil}.test`,
    `/login/callback?state=${evil}&code=${evil}`,
    `/login/callback?error=${evil}&state=${evil}`,
    `/login/callback?error=${evil}&error_description=${evil}`,
    `/login/callback?state=${evil}&state=${evil}`,
    `/${evil}`,
    `/assets/${evil}`,
    `/session?${evil}=1`,
    `/%`,
  ];
  for (const path of paths) await fetch(service.url + path, { redirect: 'manual' });
  await fetch(`${service.url}/${evil}`, { method: 'POST', body: evil, headers: { 'content-type': evil } });
  await fetch(`${service.url}/session`, { headers: { origin: `https://${evil}.test` } });
  await signIn();
  // A real attempt whose answer is a stranger's.
  const started = await fetch(`${service.url}/login/start?company=acme`, { redirect: 'manual' });
  const state = new URL(started.headers.get('location') ?? '').searchParams.get('state');
  const cookie = started.headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ');
  await fetch(`${service.url}/login/callback?state=${state}&error=${evil}`, { headers: { cookie } });

  const ours = (await scrape(port)).filter(({ name }) => name.startsWith('sso_link_'));
  const values: Record<string, Set<string>> = {};
  for (const { labels } of ours) {
    for (const [name, value] of Object.entries(labels)) {
      values[name] ??= new Set();
      values[name].add(value);
    }
  }
  const found = Object.fromEntries(Object.entries(values).map(([name, set]) => [name, [...set].sort()]));
  const { le, ...closed } = found;
  t.same(closed, {
    company: ['', 'acme'],
    dependency: ['database', 'outbox', 'provider'],
    kind: ['optional', 'required'],
    endpoint: ['discovery', 'keys', 'token'],
    region: ['us'],
    outcome: [
      'attempt_missing',
      'provider_error_unknown',
      'recorded',
      'request_malformed',
      'sent',
      'sso_not_active',
    ],
    code: [
      'FST_ERR_CTP_INVALID_MEDIA_TYPE',
      'attempt_missing',
      'provider_error_unknown',
      'request_malformed',
      'sso_not_active',
    ],
    role: ['server'],
  });
  t.ok(le?.every((bound) => bound === '+Inf' || Number(bound) > 0));
});

t.test('JumpCloud is timed where it is asked, and a cached answer is no request', async (t) => {
  const { service, signIn, told } = await serviceOf(t);
  const browser = await signIn();
  await signIn();
  const requests = async () =>
    Object.fromEntries(
      (await told('sso_link_provider_request_duration_seconds_count')).map(({ labels, value }) => [
        `${labels.region} ${labels.company} ${labels.endpoint}`,
        value,
      ]),
    );
  t.same(await requests(), { 'us  discovery': 1, 'us  keys': 1, 'us acme token': 2 });

  await service.jumpcloud.outage('500', ['token']);
  await signIn();
  await service.database.sql`UPDATE sessions SET revalidated_at = now() - interval '1 hour'`;
  await browser.fetch(`${service.url}/session`);
  const failures = (await told('sso_link_provider_failures_total')).map(({ labels, value }) => [
    labels.company,
    labels.endpoint,
    labels.code,
    labels.status,
    value,
  ]);
  t.same(failures, [
    ['acme', 'token', 'provider_failed', '500', 1],
    ['acme', 'refresh', 'provider_failed', '500', 1],
  ]);
  const durations = await told('sso_link_login_duration_seconds_count');
  t.match(durations, [{ labels: { company: 'acme' }, value: 3 }]);
  t.match(await told('sso_link_login_starts_total'), [
    { labels: { company: 'acme', outcome: 'sent' }, value: 3 },
  ]);
});

t.test('what the relay cannot read any more is told no longer', async (t) => {
  const database = await testDatabase(t);
  const [port, metricsPort] = [await freePort(), await freePort()];
  const env = { DATABASE_URL: database.url, KAFKA_BROKERS: 'in-process:0' };
  const ports = { PORT: String(port), METRICS_PORT: String(metricsPort) };
  const stream = createStream();
  stream.pause();
  const relay = await startRelay({
    config: readConfig({ ...env, ...ports, HOST: 'localhost' }, RELAY_CONFIG),
    log: silent,
    stream,
  });
  t.teardown(relay.stop);
  const row = { topic: 'user.sso_authenticated', key: Buffer.from('k'), headers: {}, payload: null };
  await database.transaction((tx) => append(tx, [row]));
  await database.sql`UPDATE outbox SET created_at = now() - interval '90 seconds'`;
  const told = async () => {
    const samples = (await scrape(metricsPort)).filter(({ name }) => name.startsWith('sso_link_outbox_'));
    return Object.fromEntries(samples.map(({ name, value }) => [name, Math.round(value)]));
  };
  t.match(await told(), {
    sso_link_outbox_rows: 1,
    sso_link_outbox_dead_rows: 0,
    sso_link_outbox_oldest_age_seconds: 90,
  });
  await database.sql`ALTER TABLE outbox RENAME TO outbox_away`;
  await delay(5_100);
  t.same(await told(), {});
  await until(async () => {
    const codes = (await scrape(metricsPort)).filter(({ name }) => name === 'sso_link_relay_failures_total');
    return codes.some(({ labels }) => labels.code === '42P01');
  });
  t.match(
    (await scrape(metricsPort)).filter(({ name }) => name === 'sso_link_ready'),
    [
      { labels: { dependency: 'database', kind: 'required' }, value: 1 },
      { labels: { dependency: 'kafka', kind: 'required' }, value: 0 },
    ],
  );
  await database.sql`ALTER TABLE outbox_away RENAME TO outbox`;
});

t.test('a database that is locked holds up no scrape', async (t) => {
  const database = await testDatabase(t);
  await database.sql`
    INSERT INTO dead_letters (id, topic, "partition", "offset", record_hash, headers, reason, error)
    VALUES (gen_random_uuid(), 't', 0, 1, 'x', '{}', 'unknown_type', 'e'),
      (gen_random_uuid(), 't', 0, 2, 'x', '{}', 'unknown_type', 'e')`;
  await database.sql`UPDATE dead_letters SET replayed_at = now() WHERE "offset" = 2`;
  const { registry } = createRelayMetrics(database, createHealth({ required: {} }));
  await database.transaction(async (tx) => {
    await tx.sql`LOCK TABLE outbox_dead`;
    const started = Date.now();
    const samples = parse(await registry.metrics());
    t.ok(Date.now() - started < 4_000);
    t.match(
      samples.filter(({ name }) => name === 'sso_link_dead_letters'),
      [{ labels: { reason: 'unknown_type' }, value: 1 }],
    );
    t.equal(
      samples.find(({ name }) => name === 'sso_link_outbox_rows'),
      undefined,
    );
  });
});

t.test('the worker tells why a chunk failed, and no lag that nobody knows', async (t) => {
  const metrics = createWorkerMetrics(createHealth({ required: {} }));
  const told = async () =>
    parse(await metrics.registry.metrics())
      .filter(({ name }) => /^sso_link_worker_(lag|chunk_failures_total)$/.test(name))
      .map(({ name, value }) => [name, value]);
  metrics.setLag([
    ['0', 3],
    ['1', 4],
  ] as never);
  metrics.onFailure('57P01');
  t.same(await told(), [
    ['sso_link_worker_chunk_failures_total', 1],
    ['sso_link_worker_lag', 3],
    ['sso_link_worker_lag', 4],
  ]);
  metrics.setLag([]);
  t.same(await told(), [['sso_link_worker_chunk_failures_total', 1]]);
});
