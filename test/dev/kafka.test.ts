import { Kafka, logLevel, Partitioners } from 'kafkajs';
import t from 'tap';
import { clusterView } from '../../dev/kafka/metadata.ts';
import { kafkaAvailable, startKafka } from '../../dev/kafka.ts';
import { createTopic } from '../support/create-topic.ts';
import { until } from '../support/until.ts';

const here = await kafkaAvailable({ own: true });
const skip = here.available ? false : here.reason;

function client(brokers: string[]) {
  return new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING, retry: { retries: 10 } });
}

async function send(brokers: string[], value: string) {
  const producer = client(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: 'things', acks: -1, messages: [{ key: 'key', value }] });
  await producer.disconnect();
}

t.test(
  'three nodes: records survive the death of one, and nothing is left',
  { skip, timeout: 120_000 },
  async (t) => {
    const cluster = await startKafka({ brokers: 3, own: true });
    t.teardown(() => cluster.stop());
    t.equal(cluster.brokers.length, 3);
    const admin = client(cluster.brokers).admin();
    await admin.connect();
    t.equal((await admin.describeCluster()).brokers.length, 3);
    await createTopic(admin, 'things', { replicas: 3 });
    await send(cluster.brokers, 'before');

    const leader = async () =>
      (await admin.fetchTopicMetadata({ topics: ['things'] })).topics[0]?.partitions[0]?.leader;
    const first = await leader();
    const victim = cluster.nodes.find(({ id }) => id === first);
    const pid = victim?.pid ?? 0;
    await victim?.kill();
    t.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    await until(async () => (await leader().catch(() => first)) !== first, 60_000);
    await send(cluster.brokers, 'after');

    const consumer = client(cluster.brokers).consumer({ groupId: 'group' });
    await consumer.subscribe({ topic: 'things', fromBeginning: true });
    const values: string[] = [];
    await consumer.run({
      eachMessage: async ({ message }) => void values.push(String(message.value)),
    });
    await until(() => values.length === 2, 60_000);
    t.same(values, ['before', 'after']);

    await victim?.start();
    t.not(victim?.pid, pid);
    await until(async () => (await admin.describeCluster()).brokers.length === 3);
    await t.rejects(
      admin.fetchTopicMetadata({ topics: ['unknown'] }),
      { message: /does not host this topic-partition/ },
      'no topic makes itself',
    );

    const other = cluster.nodes.find((node) => node !== victim);
    other?.pause();
    // Connected, but mute: soon, since a busy machine takes a while to stop all of its threads.
    const mute = () =>
      clusterView(other?.port ?? 0, 200).then(
        () => false,
        (error: Error) => /no answer/.test(error.message),
      );
    await until(mute);
    other?.resume();
    await t.resolves(clusterView(other?.port ?? 0, 10_000));

    await Promise.all([consumer.disconnect(), admin.disconnect()]);
    const pids = cluster.nodes.map((node) => node.pid ?? 0);
    await cluster.stop();
    for (const each of pids) t.throws(() => process.kill(each, 0), { code: 'ESRCH' });
  },
);

t.test('KAFKA_BROKERS is used as it is', async (t) => {
  const before = process.env.KAFKA_BROKERS;
  t.teardown(() => {
    if (before === undefined) delete process.env.KAFKA_BROKERS;
    else process.env.KAFKA_BROKERS = before;
  });
  process.env.KAFKA_BROKERS = 'one:9092, two:9092';
  t.same(await kafkaAvailable(), { available: true });
  const cluster = await startKafka();
  t.match(cluster, { brokers: ['one:9092', 'two:9092'], external: true, nodes: [] });
  await cluster.stop();
});
