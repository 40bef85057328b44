import t from 'tap';
import { TOPICS } from '../../src/events/topics.ts';
import { LANES } from '../../src/outbox/lanes.ts';
import { operator } from './operator.ts';

const brokers = process.env.KAFKA_BROKERS;

t.test('topics makes what is missing', { skip: brokers ? false : 'no Kafka' }, async (t) => {
  const run = operator('postgres://nobody@127.0.0.1:1/none', {
    KAFKA_BROKERS: brokers ?? '',
    KAFKA_TOPIC_PREFIX: `t${Date.now()}-`,
    JUMPCLOUD_ISSUERS: 'us=http://localhost:1/',
  });
  const found = async () =>
    Object.fromEntries(
      (await run('doctor --json')).json.map((line) => [line.check, `${line.status} ${line.detail}`]),
    );
  t.match(await found(), {
    brokers: /^ok \d brokers? answers?/,
    topics: /^fail no topic .*: run `sso-link topics`/,
  });

  const looked = await run('topics --check --json');
  t.match(looked, { exitCode: 1, json: Array.from({ length: TOPICS.length }, () => ({ partitions: 0 })) });
  t.match(JSON.parse(looked.err), { error: 'topic_missing' }, 'only looked: nothing was made');

  const made = await run('topics --json');
  t.match(made, { exitCode: 0, err: '' });
  t.match(
    made.json.map((topic) => [topic.partitions, topic.created]),
    Array.from({ length: TOPICS.length }, () => [LANES, true]),
  );
  t.same(
    (await run('topics --json')).json.map(({ created }) => created),
    Array(TOPICS.length).fill(false),
  );
  const checked = await run('topics --check --json');
  t.match(checked, { exitCode: 0, err: '', json: Array.from({ length: 6 }, () => ({ partitions: LANES })) });
  t.match(await found(), { topics: /^ok 6 topics of 24 partitions/ });
});

t.test('topics names the broker’s absence', async (t) => {
  const answer = await operator('', { KAFKA_BROKERS: '127.0.0.1:1' })('topics --json');
  t.match(answer, { exitCode: 1, out: '' });
  t.match(JSON.parse(answer.err), { error: 'kafka_unavailable' });
  t.match(await operator('')('topics'), { exitCode: 1, err: /KAFKA_BROKERS is not set/ });
});
