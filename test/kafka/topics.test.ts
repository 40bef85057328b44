import t from 'tap';
import { PARTITIONS } from '../../src/events/partitions.ts';
import { STATE_TOPICS, TOPICS } from '../../src/events/topics.ts';
import { checkTopics, createTopics, describeTopics } from '../../src/kafka/topics.ts';
import { until } from '../support/until.ts';
import { onBrokers, silent, skip, testKafka } from './cluster.ts';

t.test('topics on a real broker', { skip, timeout: 120_000 }, async (t) => {
  const { config, prefix, bare } = await testKafka(t, { topics: false });
  const admin = bare.admin();
  await admin.connect();
  t.teardown(() => admin.disconnect());
  const names = TOPICS.map((topic) => prefix + topic);

  await t.test('what is missing is named', async (t) => {
    await t.rejects(checkTopics(config, silent), { code: 'topic_missing', message: /run `sso-link topics`/ });
    t.match(await describeTopics(config, silent), {
      brokers: 1,
      topics: names.map((topic) => ({ topic, partitions: 0 })),
    });
  });

  await t.test('all are made, with a partition a lane, once', async (t) => {
    const made = await createTopics(config, silent);
    t.same(
      made,
      names.map((topic) => ({ topic, partitions: PARTITIONS, replicas: 1, created: true })),
    );
    await checkTopics(config, silent);
    const again = await createTopics(config, silent);
    t.same(
      again.map((topic) => topic.created),
      names.map(() => false),
    );
    const settingsOf = async (name: string) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name }],
      });
      return Object.fromEntries(resources[0]?.configEntries.map((e) => [e.configName, e.configValue]) ?? []);
    };
    for (const topic of STATE_TOPICS) {
      t.match(
        await settingsOf(prefix + topic),
        { 'cleanup.policy': 'compact', 'delete.retention.ms': '3600000', 'max.compaction.lag.ms': '3600000' },
        `${topic} keeps the last of each key`,
      );
    }
    t.match(await settingsOf(names[0] ?? ''), {
      'retention.ms': '3600000',
      'min.insync.replicas': '1',
      'cleanup.policy': 'delete',
      'compression.type': 'producer',
    });
  });

  await t.test('one that was deleted is made again, and the others are left', async (t) => {
    await admin.deleteTopics({ topics: [names[1] ?? ''] });
    await until(async () => !(await admin.listTopics()).includes(names[1] ?? ''));
    const made = await createTopics(config, silent);
    t.same(
      made.map((topic) => topic.created),
      [false, true, false, false, false, false],
    );
  });

  await t.test('another number of partitions is refused, and what to do is said', async (t) => {
    const other = await onBrokers(config.KAFKA_BROKERS, { topics: false });
    const topic = other.prefix + TOPICS[1];
    await admin.createTopics({ topics: [{ topic, numPartitions: 12 }], waitForLeaders: false });
    await until(async () => (await admin.listTopics()).includes(topic));
    const wanted = { code: 'topic_partitions', message: /user\.link_result has 12: .*KAFKA_TOPIC_PREFIX/ };
    await t.rejects(createTopics(other.config, silent), wanted);
    t.equal(
      (await admin.listTopics()).filter((name) => name.startsWith(other.prefix)).length,
      1,
      'none is made',
    );
    await t.rejects(checkTopics(other.config, silent), { code: 'topic_missing' });
  });

  await t.test('more replicas than brokers are refused', async (t) => {
    const other = await onBrokers(config.KAFKA_BROKERS, { topics: false });
    await t.rejects(createTopics({ ...other.config, KAFKA_TOPIC_REPLICATION: 5 }, silent), {
      code: 'topic_refused',
      message: /user\.sso_authenticated, .*: Unable to replicate the partition 5 time.*replication factor/,
    });
  });
});
