import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { SOURCES } from '../../dev/roles.ts';
import { envOfRole, startRoles } from '../../src/roles/all-roles.ts';
import type { RunningRole } from '../../src/roles/run-role.ts';
import { SECRET_KEY } from '../commands/operator.ts';
import { skip, testKafka } from '../kafka/cluster.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

t.test('ports: as they are, or one after the other from those that are set', async (t) => {
  t.same(envOfRole({ A: 'b' }, 'worker'), { A: 'b' });
  t.same(envOfRole({ PORT: '8080', METRICS_PORT: '9000' }, 'server'), { PORT: '8080', METRICS_PORT: '9000' });
  t.same(envOfRole({ PORT: '8080', METRICS_PORT: '0' }, 'relay'), { PORT: '8081', METRICS_PORT: '0' });
  t.same(envOfRole({ PORT: ' 8080 ' }, 'worker'), { PORT: '8082' });
  t.same(envOfRole({ API_PORT: '8090', METRICS_PORT: '9000' }, 'api'), {
    API_PORT: '8090',
    METRICS_PORT: '9003',
  });
});

t.test('started in order, stopped in the opposite order', async (t) => {
  const said: string[] = [];
  const role =
    (name: string, more: Partial<RunningRole> = {}) =>
    async (): Promise<RunningRole> => {
      said.push(`start ${name}`);
      return { stop: async () => void said.push(`stop ${name}`), ...more };
    };
  const all = await startRoles([role('relay'), role('worker'), role('server')]);
  await all.stop();
  t.same(said.splice(0), [
    ...['start relay', 'start worker', 'start server'],
    ...['stop server', 'stop worker', 'stop relay'],
  ]);

  const taken = async () => {
    throw new Error('port taken');
  };
  await t.rejects(startRoles([role('relay'), role('worker'), taken]), { message: 'port taken' });
  t.same(said.splice(0), ['start relay', 'start worker', 'stop worker', 'stop relay']);

  const failed = Promise.reject(new Error('gone'));
  failed.catch(() => {});
  const failing = await startRoles([role('relay'), role('worker', { failed })]);
  await t.rejects(failing.failed ?? Promise.resolve(), { message: 'gone' });
});

t.test(
  'sso-link all: every role in one process, which SIGTERM ends',
  { skip, timeout: 90_000 },
  async (t) => {
    const { config, prefix } = await testKafka(t);
    const { url } = await testDatabase(t);
    const [port, apiPort] = [await freePort(), await freePort()];
    const child = spawn(process.execPath, [...SOURCES, 'all'], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: url,
        SECRET_KEYS: SECRET_KEY,
        KAFKA_BROKERS: config.KAFKA_BROKERS.join(','),
        KAFKA_TOPIC_PREFIX: prefix,
        PUBLIC_URL: `http://localhost:${port}`,
        APP_URL: 'http://localhost:1/',
        JUMPCLOUD_ISSUERS: 'us=http://localhost:1/',
        PORT: String(port),
        API_PORT: String(apiPort),
        METRICS_PORT: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    const roles = new Set<string>();
    child.stdout.on('data', (chunk) => {
      for (const line of String(chunk).trim().split('\n')) roles.add(JSON.parse(line).role);
    });
    const ended = once(child, 'exit');
    const ready = (p: number) =>
      fetch(`http://127.0.0.1:${p}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(
      async () => (await Promise.all([port, port + 1, port + 2, apiPort].map(ready))).every(Boolean),
      60_000,
    );
    child.kill('SIGTERM');
    t.same(await ended, [0, null]);
    t.ok(roles.has('all'));
  },
);
