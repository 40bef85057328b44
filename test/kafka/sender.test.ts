import { setTimeout as delay } from 'node:timers/promises';
import { type Kafka, Partitioners, type ProducerRecord } from 'kafkajs';
import t from 'tap';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { newId } from '../../src/ids.ts';
import type { OutgoingRecord } from '../../src/kafka/records.ts';
import { createSender } from '../../src/kafka/sender.ts';
import { createKafkaStream } from '../../src/kafka/stream.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { until } from '../support/until.ts';
import { silent, skip, testKafka } from './cluster.ts';

const TOPIC = ssoAuthenticated.topic;

function record(value: string | Buffer = 'value', key: string | null = 'key'): OutgoingRecord {
  return { key: key === null ? null : Buffer.from(key), value: Buffer.from(value), headers: { ce_id: '1' } };
}

/** A kafkajs whose producers have scripted answers. */
function fakeKafka(send: (record: ProducerRecord, producer: number) => Promise<unknown>) {
  let made = 0;
  const closed: number[] = [];
  const newClient = () => {
    made += 1;
    const number = made;
    const producer = {
      connect: async () => {},
      disconnect: async () => void closed.push(number),
      send: (sent: ProducerRecord) => send(sent, number),
    };
    return { producer: () => producer } as unknown as Kafka;
  };
  return { newClient, made: () => made, closed };
}

const receipt = (topic: string, partition: number) => [{ topicName: topic, partition, errorCode: 0 }];

t.test('on a real broker', { skip, timeout: 120_000 }, async (t) => {
  const { config, prefix, bare } = await testKafka(t);
  const sender = await createKafkaStream(config, silent).sender();
  t.teardown(() => sender.close());
  const admin = bare.admin();
  await admin.connect();
  t.teardown(() => admin.disconnect());
  const counts = async () => {
    const ends = await admin.fetchTopicOffsets(prefix + TOPIC);
    return new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
  };

  await t.test('a lane is the partition that the default partitioner takes', async (t) => {
    const keys = Array.from({ length: 100 }, () => newId());
    const producer = bare.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const chosen = [];
    for (const key of keys) {
      const [answer] = await producer.send({ topic: prefix + TOPIC, messages: [{ key, value: null }] });
      chosen.push(answer?.partition);
    }
    t.same(
      chosen,
      keys.map((key) => laneOf(Buffer.from(key))),
    );
    await producer.disconnect();
  });

  await t.test('records reach the partition that is named, and no other', async (t) => {
    const before = await counts();
    await sender.send(TOPIC, 7, [record('1'), record('2'), record('3', null)]);
    const after = await counts();
    for (const [partition, high] of after) {
      t.equal(high - (before.get(partition) ?? 0), partition === 7 ? 3 : 0);
    }
  });

  await t.test('a record that is too large is unsendable, a topic that is missing is not', async (t) => {
    await t.rejects(sender.send(TOPIC, 0, [record(Buffer.alloc(2 << 20))]), { code: 'record_unsendable' });
    await t.rejects(sender.send('no.such.topic', 0, [record()]), { code: 'kafka_unavailable' });
    await sender.send(TOPIC, 0, [record()]);
  });
});

t.test('a send without a receipt for its partition is no success (kafkajs #1303)', async (t) => {
  for (const receipts of [[], receipt('a', 2), receipt('b', 1), [{ ...receipt('a', 1)[0], errorCode: 6 }]]) {
    const sender = await createSender(fakeKafka(async () => receipts).newClient, '');
    await t.rejects(sender.send('a', 1, [record()]), { code: 'kafka_unavailable' });
  }
});

t.test('one send at a time to a partition; others don’t wait', async (t) => {
  const running = new Set<string>();
  let most = 0;
  const kafka = fakeKafka(async ({ topic, messages }) => {
    const partition = messages[0]?.partition ?? -1;
    const line = `${topic}/${partition}`;
    if (running.has(line)) t.fail('two at once');
    running.add(line);
    most = Math.max(most, running.size);
    await delay(5);
    running.delete(line);
    return receipt(topic, partition);
  });
  const sender = await createSender(kafka.newClient, '');
  await Promise.all(Array.from({ length: 12 }, (_, i) => sender.send('a', i % 3, [record()])));
  t.equal(most, 3);
});

t.test('a send that hangs ends in time, and its producer is replaced', async (t) => {
  const kafka = fakeKafka(async ({ topic }, producer) => {
    if (producer === 1) await new Promise(() => {});
    return receipt(topic, 1);
  });
  const sender = await createSender(kafka.newClient, '', { deadline: 50 });
  await t.rejects(sender.send('a', 1, [record()]), { code: 'kafka_unavailable' });
  await sender.send('a', 1, [record()]);
  t.equal(kafka.made(), 2);
  await until(() => kafka.closed.includes(1));
});

t.test('a TypeError of kafkajs is no fault of the record', async (t) => {
  const kafka = fakeKafka(async ({ topic }, producer) => {
    if (producer === 1) throw new TypeError("Cannot read properties of undefined (reading 'connectionPool')");
    return receipt(topic, 1);
  });
  const sender = await createSender(kafka.newClient, '');
  await t.rejects(sender.send('a', 1, [record()]), { code: 'kafka_unavailable' });
  await sender.send('a', 1, [record()]);
});

t.test('a header that is no text is the fault of the record', async (t) => {
  const sender = await createSender(fakeKafka(async () => []).newClient, '');
  const bad = { ...record(), headers: { ce_id: 7 as unknown as string } };
  await t.rejects(sender.send('a', 1, [bad]), { code: 'record_unsendable' });
});

t.test('brokers that are away', async (t) => {
  const env = { KAFKA_BROKERS: '127.0.0.1:1' };
  const { readConfig } = await import('../../src/config.ts');
  const { KAFKA_CONFIG } = await import('../../src/kafka/client.ts');
  await t.rejects(createKafkaStream(readConfig(env, KAFKA_CONFIG), silent).sender(), {
    code: 'kafka_unavailable',
    message: /ECONNREFUSED/,
  });
});
