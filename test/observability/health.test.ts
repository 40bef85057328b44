import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { createStream } from '../../dev/stream.ts';
import { readConfig } from '../../src/config.ts';
import { RELAY_CONFIG, startRelay } from '../../src/roles/relay.ts';
import { silent } from '../kafka/cluster.ts';
import { startHostileService } from '../support/hostile/service.ts';
import { until } from '../support/until.ts';

t.test('the server is ready while what it only optional is away, and says so', async (t) => {
  const service = await startHostileService(t);
  const { url, provider, database } = service;
  const readyz = async (headers: Record<string, string> = {}) => {
    // An answer is kept for a second.
    await delay(1_100);
    const answer = await fetch(`${url}/readyz`, { headers });
    return { code: answer.status, ...((await answer.json()) as object) };
  };
  t.same(await readyz(), { code: 200, status: 'ok', database: 'ok', outbox: 'ok', provider: 'ok' });

  provider.be({ transport: { token: async (response) => void response.destroy() } });
  await service.signIn();
  const away = { code: 200, status: 'degraded', database: 'ok', provider: 'us: provider_unreachable' };
  t.match(await readyz(), away, 'the region is told, and no company');
  t.same(
    await readyz({ 'x-forwarded-for': '203.0.113.7' }),
    { code: 200, status: 'degraded' },
    'whoever comes from outside is told no more than that',
  );
  provider.be();
  await service.signIn();
  t.match(await readyz(), { status: 'ok', provider: 'ok' }, 'until it answers again');

  await database.sql`UPDATE outbox SET created_at = now() - interval '90 seconds'`;
  t.match(await readyz(), { code: 200, status: 'degraded', outbox: /^events have waited for 9\d s/ });
  const env = { ...service.env, PORT: '0', KAFKA_BROKERS: 'in-process:0' };
  const relay = await startRelay({
    config: readConfig(env, RELAY_CONFIG),
    log: silent,
    stream: createStream(),
  });
  t.teardown(relay.stop);
  await until(async () => (await database.sql`SELECT FROM outbox`).length === 0);
  t.match(await readyz(), { status: 'ok', outbox: 'ok' });

  await database.sql`ALTER TABLE outbox RENAME TO outbox_away`;
  t.match(
    await readyz(),
    { code: 200, status: 'degraded', outbox: '42P01' },
    'a code, and no library’s words',
  );
  await database.sql`ALTER TABLE outbox_away RENAME TO outbox`;
  t.same(await (await fetch(`${url}/livez`)).json(), { status: 'ok' });
});
