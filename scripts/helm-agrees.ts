/**
 * Whether the chart and the service agree: `helm-agrees.ts FULL.yaml MINIMAL.yaml MORE.yaml…`, all rendered; MORE are
 * settings that exclude each other. Each role is given the variables that it reads and no others, with the service's own defaults; alerts and dashboard ask for metrics that
 * are reported; an alert has a page, and a page an alert.
 */
import { readdir, readFile } from 'node:fs/promises';
import { parse, parseAllDocuments } from 'yaml';
import { createMirrorMetrics } from '../src/accounts/mirror-metrics.ts';
import { API_CONFIG } from '../src/api/api-deps.ts';
import { createApiMetrics } from '../src/api/metrics.ts';
import { companyReadings } from '../src/companies/company-readings.ts';
import { VARIABLES, type VariableName } from '../src/config.ts';
import { DATABASE_CONFIG } from '../src/db/source.ts';
import { TOPICS_CONFIG } from '../src/kafka/topics.ts';
import { createWorkerMetrics } from '../src/linking/metrics.ts';
import { createLoginMetrics } from '../src/login/metrics.ts';
import { createRegistry } from '../src/observability/metrics.ts';
import { createRelayMetrics } from '../src/outbox/metrics.ts';
import { createProviderMetrics } from '../src/provider/metrics.ts';
import { RELAY_CONFIG } from '../src/roles/relay.ts';
import { SERVER_CONFIG } from '../src/roles/server.ts';
import { WORKER_CONFIG } from '../src/roles/worker.ts';

interface Container {
  name: string;
  env: { name: string; value?: string }[];
}
interface Manifest {
  kind: string;
  metadata: { labels: Record<string, string> };
  spec: {
    template: { spec: { containers: Container[]; initContainers?: Container[] } };
    groups: { rules: { alert: string; expr: string; annotations: { runbook_url: string } }[] }[];
  };
}

const problems: string[] = [];
const root = new URL('..', import.meta.url);
const text = (path: string) => readFile(new URL(path, root), 'utf8');
const [full, minimal, ...more] = await Promise.all(process.argv.slice(2).map(manifests));

async function manifests(path: string): Promise<Manifest[]> {
  return parseAllDocuments(await readFile(path, 'utf8')).flatMap((d) => (d.toJS() as Manifest) ?? []);
}

/** Off by default: rendered in FULL alone. */
const OPTIONAL = ['api'];

function container(from: Manifest[] | undefined, name: string): Container {
  const pods = (from ?? [])
    .filter((m) => ['Deployment', 'Job'].includes(m.kind))
    .map((m) => m.spec.template.spec);
  const found = pods
    .flatMap((p) => [...p.containers, ...(p.initContainers ?? [])])
    .find((c) => c.name === name);
  if (!found && OPTIONAL.includes(name) && from !== full) return { name, env: [] };
  if (!found) throw new Error(`no container ${name}`);
  return found;
}

const READ: Record<string, readonly string[]> = {
  server: SERVER_CONFIG,
  relay: RELAY_CONFIG,
  worker: WORKER_CONFIG,
  api: API_CONFIG,
  topics: TOPICS_CONFIG,
  migrate: [...DATABASE_CONFIG, 'DATABASE_DIRECT_URL', 'SECRET_KEYS'],
};
/** What any command may be given without reading it itself. */
const OF_ALL = ['LOG_LEVEL', 'DATABASE_POOL'];

for (const [name, read] of Object.entries(READ)) {
  const given = [full, ...more]
    .flatMap((rendered) => container(rendered, name).env.map((e) => e.name))
    .filter((n) => n in VARIABLES);
  for (const missing of read.filter((n) => !given.includes(n)))
    problems.push(`${name} reads ${missing}, and the chart doesn't give it`);
  for (const extra of given.filter((n) => !read.includes(n) && !OF_ALL.includes(n)))
    problems.push(`${name} doesn't read ${extra}, and the chart gives it`);
  for (const { name: variable, value } of container(minimal, name).env) {
    const { default: fallback } = (VARIABLES[variable as VariableName] ?? {}) as { default?: string };
    if (value === undefined || fallback === undefined || variable === 'HOST') continue;
    if (value !== fallback)
      problems.push(`${variable} is ${value} by the chart's default, and ${fallback} by the service's`);
  }
}

const never = { transaction: () => Promise.reject(new Error('not asked')) } as never;
const healthy = { ask: async () => ({ required: {}, optional: {} }) };
const server = createRegistry('server', healthy);
createLoginMetrics(server);
createProviderMetrics(server, []);
createApiMetrics(server);
const worker = createWorkerMetrics(healthy);
createMirrorMetrics(worker.registry, () => 0);
const relay = createRelayMetrics(never, healthy, () => 0, companyReadings);
const registries = [{ registry: server }, relay, worker];
const told = (await Promise.all(registries.map(({ registry }) => registry.metrics()))).join('\n');
const metrics = new Set([...told.matchAll(/^# TYPE (\S+)/gm)].map((m) => m[1]));
const dashboard = JSON.parse(await text('helm/dashboards/sso-link.json')) as {
  panels: { targets?: { expr: string }[] }[];
};
const rules = (full ?? []).flatMap((m) =>
  m.kind === 'PrometheusRule' ? m.spec.groups.flatMap((g) => g.rules) : [],
);
const queries = [...dashboard.panels.flatMap((p) => p.targets ?? []), ...rules].map((q) => q.expr);
const asked = new Set(queries.flatMap((q) => q.match(/\b(sso_link|process|nodejs)_\w+/g) ?? []));
for (const name of asked) {
  if (!metrics.has(name) && !metrics.has(name.replace(/_(bucket|count|sum)$/, '')))
    problems.push(`${name} is asked for, and nobody tells it`);
}

const pages = (await readdir(new URL('docs/runbooks', root))).filter((p) => p !== 'README.md');
const named = rules.map((r) => r.annotations.runbook_url.split('/').at(-1));
for (const page of named)
  if (!pages.includes(page ?? '')) problems.push(`docs/runbooks/${page} is an alert's page, and isn't there`);
for (const page of pages)
  if (!named.includes(page)) problems.push(`docs/runbooks/${page} is no alert's page`);

const { appVersion } = parse(await text('helm/Chart.yaml')) as { appVersion: string };
const { version } = JSON.parse(await text('package.json')) as { version: string };
if (appVersion !== version) problems.push(`the chart is for ${appVersion}, and this is ${version}`);

for (const problem of problems) console.error(problem);
console.log(
  `${Object.keys(READ).length} commands' variables, ${asked.size} metrics in ${queries.length} queries, ${pages.length} runbooks`,
);
process.exit(problems.length > 0 ? 1 : 0);
