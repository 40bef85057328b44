/**
 * The chart's `helm test` of a whole login: a stand-in for JumpCloud in this process, a server at PUBLIC_URL beside it,
 * and whatever database, relay, Kafka and worker the environment leads to. It makes a company of its own, signs one
 * person in, reads both events back from Kafka, and takes back what can be taken back.
 */
import { randomBytes } from 'node:crypto';
import { readConfig } from '../../src/config.ts';
import { httpBrowser } from '../browser.ts';
import { startJumpCloud } from '../jumpcloud.ts';
import { command } from '../roles.ts';
import { watchTopics } from './watch-topics.ts';

const { PUBLIC_URL, APP_URL, JUMPCLOUD_ISSUERS } = readConfig(process.env, [
  'PUBLIC_URL',
  'APP_URL',
  'JUMPCLOUD_ISSUERS',
]);
const { region, url: issuer } = JUMPCLOUD_ISSUERS[0] ?? { region: '', url: '' };

const slug = `helm-test-${randomBytes(4).toString('hex')}`;
const email = `person@${slug}.test`;
const secret = randomBytes(24).toString('base64url');
const cli = (input: string, ...args: string[]) => command(args, {}, input);

const jumpcloud = await startJumpCloud({ port: Number(new URL(issuer).port) });
jumpcloud.addClient({
  clientId: slug,
  clientSecret: secret,
  redirectUris: [new URL('/login/callback', PUBLIC_URL).href],
});
jumpcloud.addPerson({ sub: randomBytes(12).toString('hex'), email, givenName: 'Helm', clients: [slug] });
const topics = await watchTopics();

try {
  await cli('', 'company', 'create', slug, '--name', 'A test of the chart', '--no-create-users');
  await cli('', 'domain', 'add', slug, `${slug}.test`, '--verified-by', 'operator');
  await cli(secret, 'client', 'create', slug, '--client-id', slug, '--region', region);
  await cli('', 'client', 'activate', slug);
  const account = { user_id: slug, provider: 'google', provider_user_id: slug, email, email_verified: true };
  await cli(JSON.stringify(account), 'accounts', 'import', '-');
  tell(`company '${slug}', its domain, client and user are made`);

  const began = Date.now();
  const browser = httpBrowser({ stopAt: [APP_URL] });
  const landed = await browser.signIn({
    startUrl: new URL(`/login/start?company=${slug}`, PUBLIC_URL).href,
    email,
    waitMs: 60_000,
  });
  expect(landed.url, (url) => url.startsWith(APP_URL), 'the person lands in the product');
  tell(`the person signed in and landed at ${landed.url} after ${Date.now() - began} ms`);

  const login = await topics.next('user.sso_authenticated', (data) => data.company === slug);
  tell(`user.sso_authenticated tells of login ${login.login_id}`);
  const result = await topics.next('user.link_result', (data) => data.login_id === login.login_id);
  expect(result, ({ outcome, user_id }) => outcome === 'linked' && user_id === slug, 'the login is linked');
  tell(`user.link_result says ${result.outcome}, user '${result.user_id}'`);
} catch (error) {
  console.error(`FAIL  ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  const ends = [
    ['users', 'delete', slug],
    ['client', 'disable', slug],
    ['domain', 'remove', slug, `${slug}.test`],
    ['company', 'disable', slug],
  ];
  for (const args of ends) await cli('', ...args).catch((error: Error) => console.error(error.message));
  tell(`company '${slug}' is disabled, its user deleted`);
  await topics.close();
  await jumpcloud.stop();
}

function tell(what: string): void {
  console.log(`ok    ${what}`);
}

function expect<T>(value: T, holds: (value: T) => boolean, what: string): void {
  if (!holds(value)) throw new Error(`${what}: not so, but ${JSON.stringify(value)}`);
}
