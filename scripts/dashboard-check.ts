/**
 * `npm run dashboard:check`: each query of the Grafana dashboard, asked of a real Prometheus that scrapes the demo's
 * three roles, with the number of series that have a value; exit 1 if one has none. The demo signs everybody in, and
 * then breaks each part for a moment, so that the panels about failures have data. Requires `prometheus` (Debian's),
 * a JDK 17 and Maven.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { httpBrowser } from '../dev/browser.ts';
import { signInEverybody } from '../dev/demo/sign-ins.ts';
import { type Parts, startParts } from '../dev/environment.ts';
import { freePort } from '../dev/free-port.ts';
import { type KafkaNode, startKafka } from '../dev/kafka.ts';
import { command, rolesAsProcesses } from '../dev/roles.ts';
import { stopAll } from '../src/roles/run-role.ts';

interface Panel {
  title: string;
  targets?: { expr: string }[];
}

/** What Grafana puts in for its variables. */
const FILLED = { namespace: 'demo', company: '.*', __rate_interval: '5m', __range: '3h' };
type Series = (query: string) => Promise<number>;

interface Answer {
  data: { result: { value: [number, string] }[] };
  error?: string;
}

const DEADLINE_MS = 60_000;

/** Empty by intent while all is well: asked whether they had something to tell in the last minutes, not now. */
const TELLS_OF_TROUBLE: Record<string, string> = {
  'Lag by partition': 'leaves out partitions without lag; brokenWorker made one',
};

const stops: (() => Promise<unknown>)[] = [];
try {
  const parts = await opened(startParts({ logLevel: 'fatal' }));
  const kafka = await opened(startKafka({ own: true }));
  const env = { ...parts.env, KAFKA_BROKERS: kafka.brokers.join(',') };
  await command(['topics'], env);
  const roles = await opened(rolesAsProcesses(env));
  const prometheus = await startPrometheus(Object.values(roles.metrics));

  await signInEverybody(parts);
  await brokenProvider(parts);
  await brokenWorker(parts, prometheus.series);
  await brokenKafka(parts, kafka.nodes, prometheus.series);
  // A second time, so that what counts up has counted up between two scrapes.
  await signInEverybody(parts);
  await delay(3_000);

  const { panels } = JSON.parse(await readFile('helm/dashboards/sso-link.json', 'utf8')) as {
    panels: Panel[];
  };
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
  let empty = 0;
  for (const { title, expr } of queries) {
    const series = await prometheus.series(title in TELLS_OF_TROUBLE ? lately(expr) : expr);
    if (series === 0) empty++;
    console.log(`${series === 0 ? 'NONE' : 'ok  '}  ${String(series).padStart(3)} series  ${title}: ${expr}`);
  }
  console.log(`\n${queries.length - empty} of ${queries.length} queries have data`);
  process.exitCode = empty === 0 ? 0 : 1;
} finally {
  await stopAll(...stops.reverse());
}

/** JumpCloud's token endpoint answers 500 to somebody of Borealis. */
async function brokenProvider(parts: Parts): Promise<void> {
  await parts.jumpclouds.eu?.outage('500', ['token']);
  await signIn(parts, 'borealis', 'amy@borealis.test');
  await parts.jumpclouds.eu?.outage(null);
}

/** The worker's table is locked for as long as it takes the lag to show, and a chunk to fail. */
async function brokenWorker(parts: Parts, series: Series): Promise<void> {
  await parts.database.transaction(async ({ sql: tx }) => {
    // It idles for longer than a role's transaction may.
    await tx`SET LOCAL idle_in_transaction_session_timeout = 0`;
    await tx`LOCK TABLE link_results IN SHARE MODE`;
    const signingIn = signIn(parts, 'acme', 'ada@acme.test');
    await until('a lag', async () => (await series('sso_link_worker_lag > 0')) > 0);
    await until('a failed chunk', async () => (await series('sso_link_worker_chunk_failures_total')) > 0);
    await signingIn;
  });
}

/** The broker dies with an event on its way. */
async function brokenKafka(parts: Parts, nodes: KafkaNode[], series: Series): Promise<void> {
  for (const node of nodes) await node.kill();
  await signIn(parts, 'acme', 'ada@acme.test');
  await until('a failed round', async () => (await series('sso_link_relay_failures_total')) > 0);
  for (const node of nodes) await node.start();
}

/** As far as the page that waits, or that says what is wrong. */
async function signIn({ serviceUrl, appUrl }: Parts, company: string, email: string): Promise<void> {
  const startUrl = `${serviceUrl}/login/start?company=${company}`;
  await httpBrowser({ stopAt: [appUrl] }).signIn({ startUrl, email });
}

function lately(expr: string): string {
  return `max_over_time((${expr})[10m:1s])`;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await delay(500)) if (await holds()) return;
  throw new Error(`${what} did not show within ${DEADLINE_MS / 1_000} s`);
}

async function opened<T extends { stop(): Promise<unknown> }>(opening: Promise<T>): Promise<T> {
  const open = await opening;
  stops.push(() => open.stop());
  return open;
}

/** A Prometheus that scrapes the three each second, in the namespace that the dashboard is filled with. */
async function startPrometheus(metrics: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-prometheus-'));
  const targets = metrics.map((url) => new URL(url).host);
  const scrape = {
    job_name: 'sso-link',
    static_configs: [{ targets, labels: { namespace: FILLED.namespace } }],
  };
  const config = { global: { scrape_interval: '1s' }, scrape_configs: [scrape] };
  await writeFile(join(folder, 'prometheus.yml'), stringify(config));
  const at = `127.0.0.1:${await freePort()}`;
  const flags = {
    'config.file': join(folder, 'prometheus.yml'),
    'storage.tsdb.path': folder,
    'web.listen-address': at,
  };
  const child = spawn(
    'prometheus',
    ['--log.level=error', ...Object.entries(flags).map(([k, v]) => `--${k}=${v}`)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
  const prometheus = {
    /** How many series of a query have a value now; a fraction of nothing (NaN) is none. */
    async series(query: string): Promise<number> {
      const expr = query.replace(/\$(\w+)/g, (_, name: keyof typeof FILLED) => FILLED[name]);
      const answer = await fetch(`http://${at}/api/v1/query?${new URLSearchParams({ query: expr })}`);
      const { data, error } = (await answer.json()) as Answer;
      if (error !== undefined) throw new Error(`${expr}: ${error}`);
      return data.result.filter(({ value: [, value] }) => value !== 'NaN').length;
    },
    async stop(): Promise<void> {
      if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
  stops.push(prometheus.stop);
  await until('Prometheus', () =>
    prometheus.series('up == 1').then(
      (up) => up === metrics.length,
      () => false,
    ),
  );
  return prometheus;
}
