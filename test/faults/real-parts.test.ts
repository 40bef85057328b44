import { createRemoteJWKSet, jwtVerify } from 'jose';
import t, { type Test } from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { kafkaAvailable } from '../../dev/kafka.ts';
import { command, rolesAsProcesses } from '../../dev/roles.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { until } from '../support/until.ts';
import { install } from './installation.ts';

const kafka = await kafkaAvailable();
const skip = kafka.available ? false : kafka.reason;
const ADA = { sub: 'a'.repeat(24), email: 'ada@acme.test', userId: 'u-ada' };

async function installation(t: Test, options: { ownKafka?: boolean } = {}) {
  const installed = await install({ ...options, people: [ADA], env: { SESSION_REVALIDATE_AFTER: '1s' } });
  t.teardown(installed.stop);
  const roles = await rolesAsProcesses(installed.env);
  t.teardown(roles.stop);
  return installed;
}

t.test(
  'by the commands alone: signed in, told on the topic, signed out when removed',
  { skip, timeout: 180_000 },
  async (t) => {
    const { url, appUrl, env, jumpcloud, records } = await installation(t);
    const browser = httpBrowser({ stopAt: [appUrl] });
    const landed = await browser.signIn({
      startUrl: `${url}/login/start?company=acme`,
      email: ADA.email,
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

    jumpcloud.removePerson(ADA.sub);
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
      return browser.signIn({ startUrl: `${url}/login/start?company=acme`, email: ADA.email, waitMs });
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
