/** One trace from the browser's callback to the link result's record, read from memory. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { startCollector } from '../../dev/collector.ts';
import { freePort } from '../../dev/free-port.ts';
import { createStream } from '../../dev/stream.ts';
import { readTopic } from '../../dev/topics.ts';
import { readConfig } from '../../src/config.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import type { Stream } from '../../src/kafka/records.ts';
import { RELAY_CONFIG, startRelay } from '../../src/roles/relay.ts';
import { startWorker, WORKER_CONFIG } from '../../src/roles/worker.ts';
import { silent, skip, testKafka } from '../kafka/cluster.ts';
import { noteSecret, secretsIssued, watchedLog } from '../support/secret-leaks.ts';
import { addCompany, addPerson, startService, type TestService } from '../support/service.ts';
import { roleOf, type ToldSpan, traceMemory } from '../support/traces.ts';
import { until } from '../support/until.ts';

const STRANGER = { trace: 'b'.repeat(32), span: 'c'.repeat(16) };

/** Server, relay and worker, each with traces of its own into one memory. */
async function startTraced(t: Test, options: { stream?: Stream; env?: Record<string, string> }) {
  const memory = traceMemory();
  const service = await startService(t, { tracing: memory.tracing('server') });
  const env = { ...service.env, PORT: '0', KAFKA_BROKERS: 'in-process:0', ...options.env };
  const given = { log: silent, ...(options.stream && { stream: options.stream }) };
  const relay = await startRelay({
    ...given,
    config: readConfig(env, RELAY_CONFIG),
    tracing: memory.tracing('relay'),
  });
  const worker = await startWorker({
    ...given,
    config: readConfig(env, WORKER_CONFIG),
    tracing: memory.tracing('worker'),
  });
  const stops = [service.stop, relay.stop, worker.stop];
  t.teardown(() => Promise.all(stops.splice(0).map((stop) => stop())));
  return {
    service,
    /** Stops the roles, which tells the last of their spans. */
    async spans(): Promise<ToldSpan[]> {
      const { sql } = service.database;
      await until(async () => (await sql`SELECT FROM link_results`).length > 0);
      await until(async () => (await sql`SELECT FROM outbox`).length === 0);
      for (const stop of stops.splice(0)) await stop();
      return memory.spans;
    },
  };
}

/** @param waitMs for the worker's decision; none where no worker runs */
async function signIn(service: TestService, headers: Record<string, string> = {}, waitMs = 20_000) {
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  noteSecret(ada.email);
  const browser = httpBrowser({ stopAt: [service.appUrl], headers });
  await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email: ada.email, waitMs });
}

const idOf = (span: ToldSpan | undefined) => span?.spanContext().spanId;
const traceOf = (span: ToldSpan | undefined) => span?.spanContext().traceId;
const named = (spans: ToldSpan[], name: string) => spans.filter((span) => span.name === name);
const linksOf = (span: ToldSpan | undefined) => span?.links.map((link) => link.context.spanId) ?? [];

/** What a reader of the trace relies on. */
function assertOneTrace(t: Test, spans: ToldSpan[]): string {
  const [callback] = named(spans, 'GET /login/callback');
  const trace = spans.filter((span) => traceOf(span) === traceOf(callback));
  const byId = new Map(trace.map((span) => [idOf(span), span]));
  const edges = trace.map((span) => {
    const parent = byId.get(span.parentSpanContext?.spanId);
    return `${roleOf(span)} ${span.name} < ${parent?.name ?? 'none'}`;
  });
  const token = trace.find((span) => span.name.startsWith('POST '))?.name;
  t.same(
    edges.sort(),
    [
      'sso-link-server GET /login/callback < none',
      `sso-link-server ${token} < GET /login/callback`,
      'sso-link-server verify id token < GET /login/callback',
      'sso-link-server record login < GET /login/callback',
      'sso-link-relay send user.sso_authenticated < record login',
      'sso-link-worker decide login < record login',
      'sso-link-worker create user.link_result < decide login',
      'sso-link-relay send user.link_result < create user.link_result',
    ].sort(),
    'eight spans of three roles, and their parents',
  );

  const [record] = named(trace, 'record login');
  const [decision] = named(trace, 'decide login');
  const [created] = named(trace, 'create user.link_result');
  const [chunk] = named(spans, 'link chunk');
  const rounds = named(spans, 'relay round');
  t.same(linksOf(chunk), [idOf(record)], 'the chunk is linked to its record');
  t.same(linksOf(decision), [idOf(chunk)], 'and the decision to its chunk');
  t.same(rounds.flatMap(linksOf), [idOf(record), idOf(created)], 'a round is linked to its rows');
  const sends = trace.filter((span) => span.name.startsWith('send '));
  t.same(sends.flatMap(linksOf), rounds.map(idOf), 'and each send to its round');
  for (const batch of [chunk, ...rounds]) t.not(traceOf(batch), traceOf(callback));

  t.match(decision?.attributes, {
    'messaging.message.id': record?.attributes['messaging.message.id'],
    'messaging.destination.name': 'user.sso_authenticated',
    'sso_link.outcome': 'user_created',
    'sso_link.rule': 14,
  });
  t.match(callback?.attributes, { 'http.route': '/login/callback', 'http.response.status_code': 303 });
  return `00-${traceOf(callback)}-${idOf(record)}-01`;
}

t.test('one trace over server, relay and worker, on the in-process stream', async (t) => {
  const stream = createStream();
  const traced = await startTraced(t, { stream });
  await signIn(traced.service);
  const spans = await traced.spans();
  const traceparent = assertOneTrace(t, spans);

  const [login] = stream.records(ssoAuthenticated.topic);
  t.equal(login?.headers.traceparent, traceparent, 'the record carries the login’s context');
  const [result] = stream.records(linkResult.topic);
  const [created] = named(spans, 'create user.link_result');
  t.equal(result?.headers.traceparent, `00-${traceOf(created)}-${idOf(created)}-01`);

  t.ok(secretsIssued() > 5, 'codes, states, tokens, cookies, secrets and an email were issued');
  const watched = watchedLog(t, 'the spans');
  for (const { name, attributes, status, links, events, resource } of spans) {
    watched.write(JSON.stringify([name, attributes, status, links, events, resource.attributes]));
  }
});

t.test('one trace on a real Kafka', { skip, timeout: 60_000 }, async (t) => {
  const { config, prefix } = await testKafka(t);
  const env = { KAFKA_BROKERS: config.KAFKA_BROKERS.join(','), KAFKA_TOPIC_PREFIX: prefix };
  const traced = await startTraced(t, { env });
  await signIn(traced.service);
  const traceparent = assertOneTrace(t, await traced.spans());
  const [record] = await readTopic(config.KAFKA_BROKERS, prefix + ssoAuthenticated.topic);
  t.equal(record?.headers.traceparent, traceparent);
});

t.test('a stranger’s traceparent begins no trace of ours, and is only a link', async (t) => {
  const traced = await startTraced(t, { stream: createStream() });
  const said = `00-${STRANGER.trace}-${STRANGER.span}-01`;
  await signIn(traced.service, { traceparent: said, tracestate: 'theirs=1' });
  const spans = await traced.spans();
  const [callback] = named(spans, 'GET /login/callback');
  t.not(traceOf(callback), STRANGER.trace);
  t.equal(callback?.parentSpanContext, undefined);
  t.same(linksOf(callback), [STRANGER.span]);
  t.notOk(
    spans.some((span) => span.spanContext().traceState?.get('theirs')),
    'and what it says in tracestate goes nowhere',
  );
});

t.test('what isn’t sampled makes no span, and its traceparent says so all the way', async (t) => {
  const { ParentBasedSampler, AlwaysOffSampler } = await import('@opentelemetry/sdk-trace');
  const memory = traceMemory();
  const tracing = memory.tracing('server', new ParentBasedSampler({ root: new AlwaysOffSampler() }));
  const service = await startService(t, { tracing });
  await signIn(service, {}, 0);
  await service.stop();
  t.same(memory.spans, []);
  const [row] = await service.database.sql<{ headers: Record<string, string> }[]>`SELECT headers FROM outbox`;
  t.match(row?.headers.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

t.test('off: no traceparent in the row', async (t) => {
  const service = await startService(t);
  await signIn(service, {}, 0);
  const [row] = await service.database.sql<{ headers: Record<string, string> }[]>`SELECT headers FROM outbox`;
  t.equal(row?.headers.traceparent, undefined);
});

/** Which of OpenTelemetry's packages a process has loaded that runs with this environment. */
async function loadedWith(env: Record<string, string>): Promise<string[]> {
  const program = `
    import { Module } from 'node:module';
    import { readConfig } from './src/config.ts';
    import { openTracing } from './src/observability/open-tracing.ts';
    import { TRACING_CONFIG } from './src/observability/trace.ts';
    await Promise.all(['server', 'relay', 'worker'].map((role) => import('./src/roles/' + role + '.ts')));
    await openTracing('server', readConfig(process.env, TRACING_CONFIG), console);
    const files = Object.keys(Module._cache).map((f) => /@opentelemetry.([a-z-]+)/.exec(f)?.[1]);
    console.log(JSON.stringify([...new Set(files.filter(Boolean))]));`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
  return JSON.parse(stdout) as string[];
}

t.test('off: the roles load no tracer and no exporter', async (t) => {
  const on = await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  t.ok(on.includes('sdk-trace') && on.includes('exporter-trace-otlp-http'), `on: ${on}`);
  // prom-client asks the API for exemplars; its functions do nothing by themselves.
  t.same(
    (await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).filter((name) => name !== 'api'),
    [],
  );
});

t.test('over OTLP: all that ended is there once the role has stopped', async (t) => {
  const collector = await startCollector();
  t.teardown(collector.stop);
  const service = await startService(t, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  await signIn(service, {}, 0);
  await service.stop();
  const names = collector.spans.filter(({ role }) => role === 'sso-link-server').map(({ name }) => name);
  t.ok(names.includes('record login') && names.includes('GET /login/callback'), names.join(', '));
});

t.test('a collector that is away is told once, and holds up nothing', async (t) => {
  const lines: string[] = [];
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` };
  const service = await startService(t, { env, logs: (line) => lines.push(line) });
  await signIn(service, {}, 0);
  const before = performance.now();
  await service.stop();
  t.ok(performance.now() - before < 8_000, 'within the grace');
  t.ok(lines.filter((line) => line.includes('the collector takes no traces')).length <= 1);
});
