/** From the directory's request to each of its effects, on a real Kafka: 100 people who leave. */
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { readConfig } from '../../src/config.ts';
import { RELAY_CONFIG, startRelay } from '../../src/roles/relay.ts';
import { startWorker, WORKER_CONFIG } from '../../src/roles/worker.ts';
import { silent, skip, testKafka } from '../kafka/cluster.ts';
import { directoryOf, jumpCloudUser, minimalUser } from '../support/scim-client.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const PEOPLE = 100;
/** Far above what was measured: the machine may be busy. */
const LIMIT_MS = 15_000;

const percentile = (values: number[], p: number) =>
  Math.round((values.toSorted((a, b) => a - b)[Math.ceil(values.length * p) - 1] ?? 0) * 10) / 10;

t.test('removed in the directory: session, event, next sign-in', { skip, timeout: 300_000 }, async (t) => {
  const { config, prefix, bare } = await testKafka(t);
  // More sign-ins per minute than one address and one company are allowed.
  const service = await startService(t, {
    env: { RATE_LIMIT_PER_ADDRESS: '1000000', RATE_LIMIT_PER_COMPANY: '1000000' },
  });
  const acme = await addCompany(service, 'acme');
  const { scim } = await directoryOf(service, 'acme');
  const env = {
    ...{ ...service.env, PORT: '0', METRICS_PORT: '0' },
    ...{ KAFKA_BROKERS: config.KAFKA_BROKERS.join(','), KAFKA_TOPIC_PREFIX: prefix },
  };
  const relay = await startRelay({ config: readConfig(env, RELAY_CONFIG), log: silent });
  t.teardown(() => relay.stop());
  const worker = await startWorker({ config: readConfig(env, WORKER_CONFIG), log: silent });
  t.teardown(() => worker.stop());

  /** When the event of an identity, or of its refused login, was consumed. */
  const seen = new Map<string, number>();
  const consumer = bare.consumer({ groupId: `${prefix}latency`, minBytes: 1, maxWaitTimeInMs: 10 });
  await consumer.connect();
  t.teardown(() => consumer.disconnect());
  await consumer.subscribe({ topic: `${prefix}user.link_result`, fromBeginning: true });
  await consumer.run({
    async eachMessage({ message }) {
      const data = JSON.parse(String(message.value));
      const type = String(message.headers?.ce_type);
      if (type === 'user.deprovisioned') seen.set(data.sso_identity_id, performance.now());
      if (data.reason === 'directory_inactive')
        seen.set(`refused ${data.sso_identity_id}`, performance.now());
    },
  });

  const times = {
    request: [] as number[],
    session: [] as number[],
    event: [] as number[],
    refused: [] as number[],
  };
  for (let i = 0; i < PEOPLE; i++) {
    const { sub, email } = addPerson(service, acme);
    await linkUser(service, acme, sub);
    const { body } = await scim('POST', '/Users', jumpCloudUser(email, { externalId: sub }));
    const signIn = async () => {
      const browser = httpBrowser({ stopAt: [service.appUrl] });
      await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email });
      return async () => (await browser.fetch(`${service.url}/session`)).json();
    };
    const read = await signIn();
    const signedIn = (await read()) as { state: string; identity: string };
    if (signedIn.state !== 'signed_in') throw new Error(`not signed in: ${signedIn.state}`);

    const start = performance.now();
    await scim('PUT', `/Users/${body.id}`, minimalUser(body.id, email, { active: false }));
    times.request.push(performance.now() - start);
    const after = (await read()) as { state: string };
    times.session.push(performance.now() - start);
    if (after.state !== 'none') throw new Error(`still ${after.state}`);
    const again = (await (await signIn())()) as { state: string; reason_class: string };
    times.refused.push(performance.now() - start);
    if (again.reason_class !== 'directory_inactive') throw new Error(JSON.stringify(again));
    await until(async () => seen.has(signedIn.identity) && seen.has(`refused ${signedIn.identity}`));
    times.event.push((seen.get(signedIn.identity) ?? 0) - start);
  }
  for (const [name, values] of Object.entries(times)) {
    t.comment(
      `${name}: p50 ${percentile(values, 0.5)} ms, p95 ${percentile(values, 0.95)} ms of ${values.length}`,
    );
    t.ok(percentile(values, 0.95) < LIMIT_MS, name);
  }
});
