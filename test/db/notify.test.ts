import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import t from 'tap';
import { createNotifier, listen } from '../../src/db/notify.ts';
import { startRelayLoop } from '../../src/outbox/relay.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

t.test('a hint is heard, and many of one moment are few', async (t) => {
  const database = await testDatabase(t);
  let heard = 0;
  t.teardown(listen(database.url, { name: 'relay', channel: 'sso_link_outbox', heard: () => (heard += 1) }));
  const notifyRelay = createNotifier(database, ['sso_link_outbox']);
  await until(async () => {
    notifyRelay();
    return heard > 0;
  });
  const before = heard;
  const began = performance.now();
  for (let n = 0; n < 1_000; n += 1) notifyRelay();
  await until(() => heard > before);
  t.ok(heard - before <= 2 + (performance.now() - began) / 10);
});

t.test('hints are heard again after the connection was lost', async (t) => {
  const database = await testDatabase(t);
  let heard = 0;
  t.teardown(listen(database.url, { name: 'relay', channel: 'sso_link_outbox', heard: () => (heard += 1) }));
  const notifyRelay = createNotifier(database, ['sso_link_outbox']);
  const heardOne = async () => {
    const before = heard;
    await until(async () => {
      notifyRelay();
      return heard > before;
    });
  };
  await heardOne();
  await database.sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'sso-link relay' AND datname = current_database()`;
  await heardOne();
  t.pass();
});

t.test('a relay that is woken looks at once', async (t) => {
  let looks = 0;
  const transaction = async () => {
    looks += 1;
    return undefined as never;
  };
  const sender = { send: async () => {} };
  const loop = startRelayLoop({ database: { transaction }, sender, log: pino({ level: 'silent' }) });
  t.teardown(() => loop.stop());
  // By now its looks are far apart.
  await until(() => looks >= 10);
  const before = looks;
  loop.wake();
  await setImmediate();
  t.equal(looks, before + 1);
});
