import Fastify from 'fastify';
import t from 'tap';
import { readConfig } from '../src/config.ts';
import { duration } from '../src/config-values.ts';
import { SERVER_CONFIG } from '../src/roles/server.ts';

const GOOD = {
  DATABASE_URL: 'postgres://u:p@db:5432/sso',
  PUBLIC_URL: 'https://account.example.com',
  APP_URL: 'https://app.example.com/',
  SECRET_KEYS: Buffer.alloc(32, 1).toString('base64'),
};

t.test('what is right is read, with its defaults', async (t) => {
  const config = readConfig(GOOD, SERVER_CONFIG);
  t.equal(config.PUBLIC_URL, 'https://account.example.com');
  t.equal(config.PORT, 3000);
  const ports = (['server', 'relay', 'worker'] as const).map((role) =>
    Object.values(readConfig({}, ['PORT', 'METRICS_PORT'], role)),
  );
  t.equal(new Set(ports.flat()).size, 6, 'all roles start on one machine as they are');
  t.equal(config.SESSION_REVALIDATE_AFTER, 15 * 60_000);
  t.same(
    config.JUMPCLOUD_ISSUERS.map((i) => i.url),
    [
      'https://oauth.id.jumpcloud.com/',
      'https://oauth.id.eu.jumpcloud.com/',
      'https://oauth.id.in.jumpcloud.com/',
    ],
    'byte-exact, the trailing slash included',
  );
});

t.test('everything that is wrong is told at once: each variable, and what it wants', async (t) => {
  const env = { ...GOOD, PUBLIC_URL: 'http://account.example.com', APP_URL: undefined, PORT: 'high' };
  t.throws(() => readConfig(env, SERVER_CONFIG), {
    code: 'config_invalid',
    message:
      /^PUBLIC_URL is invalid: expected an https origin.*\nAPP_URL is not set: .*\nPORT is invalid: expected a port$/,
  });
});

t.test('each variable refuses what could not work, or not be safe', async (t) => {
  const bad: Partial<Record<(typeof SERVER_CONFIG)[number], string[]>> = {
    DATABASE_URL: ['mysql://db/x', 'db'],
    PUBLIC_URL: ['https://account.example.com/path', 'ftp://x', 'http://example.com', 'https://u:p@x.com'],
    APP_URL: ['javascript:alert(1)', '//app.example.com'],
    RETURN_ORIGINS: ['https://app.example.com/path', 'https://*.example.com/', 'app.example.com'],
    SECRET_KEYS: ['short', Buffer.alloc(16).toString('base64')],
    JUMPCLOUD_ISSUERS: ['https://oauth.id.jumpcloud.com/', 'us=http://oauth.id.jumpcloud.com/', 'us=x'],
    TRUST_PROXY: [
      ...['true', 'proxy.example.com', 'abc', '1', '999.1.1.1', '10.0.0.0/99', '::1/129', '0.0.0.0/0'],
      ...['10.0.0.0/', '10.0.0.0/08', 'fe80::1%eth0', '10.0.0.1, abc'],
    ],
    SESSION_IDLE: ['12', '0s', '12 hours', '-1h'],
    LOG_LEVEL: ['verbose'],
    PORT: ['-1', '70000', '3000x'],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      t.throws(
        () => readConfig({ ...GOOD, [name]: value }, SERVER_CONFIG),
        { code: 'config_invalid' },
        `${name}=${value}`,
      );
    }
  }
});

t.test('proxies that are believed are addresses and ranges that Fastify takes', async (t) => {
  for (const TRUST_PROXY of [
    '10.0.0.1',
    '10.0.0.0/8, ::1',
    'fd00::/8',
    '::ffff:10.0.0.0/104',
    '1.2.3.4/32',
  ]) {
    const config = readConfig({ ...GOOD, TRUST_PROXY }, SERVER_CONFIG);
    t.doesNotThrow(() => Fastify({ trustProxy: config.TRUST_PROXY }), TRUST_PROXY);
  }
  t.same(readConfig(GOOD, SERVER_CONFIG).TRUST_PROXY, []);
});

t.test('http is for loopback hosts alone', async (t) => {
  for (const PUBLIC_URL of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000']) {
    t.equal(readConfig({ ...GOOD, PUBLIC_URL }, SERVER_CONFIG).PUBLIC_URL, PUBLIC_URL);
  }
});

t.test('durations', async (t) => {
  t.same(['90s', '15m', '12h', '7d'].map(duration), [90_000, 900_000, 43_200_000, 604_800_000]);
  t.same(['', '1', '1w', '1.5h', '0m'].map(duration), [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
