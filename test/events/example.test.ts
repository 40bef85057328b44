/** examples/consumer/ as README.md runs it, in a project of its own, on a real Kafka and a real PostgreSQL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import t from 'tap';
import { RESULTS } from '../../scripts/contracts/examples.ts';
import { createTopic } from '../support/create-topic.ts';
import { testDatabase } from '../support/database.ts';
import { productProject } from '../support/product-project.ts';
import { until } from '../support/until.ts';
import { resultRecord } from './records.ts';

const { KAFKA_BROKERS } = process.env;
const skip = KAFKA_BROKERS ? false : 'no Kafka: KAFKA_BROKERS is not set';

t.test(
  'duplicates, a poison record and a replay from the start: each login counts once',
  { skip },
  async (t) => {
    const { sql, url } = await testDatabase(t);
    const topic = `example-${randomBytes(4).toString('hex')}`;
    const kafka = new Kafka({
      clientId: 'test',
      brokers: KAFKA_BROKERS?.split(',') ?? [],
      logLevel: logLevel.NOTHING,
    });
    const [admin, producer] = [kafka.admin(), kafka.producer()];
    await Promise.all([admin.connect(), producer.connect()]);
    t.teardown(() => Promise.all([admin.disconnect(), producer.disconnect()]));
    await createTopic(admin, topic);
    const send = async (...records: ReturnType<typeof resultRecord>[]) => {
      const messages = records.map(({ key, value, headers }) => ({ key, value, headers }));
      await producer.send({ topic, messages: messages as Parameters<typeof producer.send>[0]['messages'] });
    };

    const cwd = await productProject(t, 'consumer', ['kafkajs', 'postgres']);
    const readme = await readFile(join(cwd, 'README.md'), 'utf8');
    const [, command = ''] = /^DATABASE_URL=\S+ KAFKA_BROKERS=\S+ node (.*)$/m.exec(readme) ?? [];
    t.ok(command, 'README.md says how to run it');

    const run = (group: string) => {
      const env = { ...process.env, DATABASE_URL: url, GROUP_ID: group, TOPIC: topic, NODE_OPTIONS: '' };
      const child = spawn(process.execPath, command.split(' '), {
        cwd,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (chunk) => (said += chunk));
      t.teardown(() => child.kill('SIGKILL'));
      return { child, said: () => said };
    };
    const stop = async (child: ChildProcess) => {
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      t.equal(code, 0, 'ends by SIGTERM');
    };
    const logins = async () =>
      (await sql`SELECT user_id, logins FROM sso_users ORDER BY user_id`).map((row) => ({ ...row }));
    const isCounted = async (count: number) =>
      (await logins().catch(() => [])).some((row) => row.user_id === 'u-1' && row.logins === count);

    const [first, second] = [resultRecord(), resultRecord(RESULTS.already_linked)];
    await send(
      first,
      { ...first, value: Buffer.from('poison') },
      resultRecord(RESULTS.refused),
      first,
      second,
      first,
    );
    const once1 = run('first');
    await until(() => isCounted(2), 60_000);
    t.match(once1.said(), /passed over: .*user\.link_result/);
    await stop(once1.child);

    const replay = run('second');
    await send(resultRecord());
    await until(() => isCounted(3), 60_000);
    t.same(await logins(), [{ user_id: 'u-1', logins: 3 }]);
    await stop(replay.child);
  },
);
