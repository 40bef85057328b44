import t from 'tap';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { DEAD_LETTER_TOPIC } from '../../src/events/topics.ts';
import type { RecordHeaders } from '../../src/kafka/records.ts';
import { createKafkaStream } from '../../src/kafka/stream.ts';
import { linkChunk } from '../../src/linking/retry.ts';
import { replayDeadLetters } from '../../src/outbox/replay-dead-letters.ts';
import { relayRound } from '../../src/outbox/round.ts';
import { silent, skip, testKafka } from '../kafka/cluster.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const TOPIC = ssoAuthenticated.topic;
/** What a producer of another language may send: Kafka allows all of it. */
const HEADERS: RecordHeaders = {
  ce_sequence: 'not ours',
  repeated: ['one', null, 'one', 'two'],
  nothing: null,
  empty: '',
  bytes: Buffer.from([0xff, 0x00, 0xfe]),
  text: 'é',
};

t.test('headers are kept, sent and replayed as they came', { skip, timeout: 120_000 }, async (t) => {
  const database = await testDatabase(t);
  const { config } = await testKafka(t);
  const stream = createKafkaStream(config, silent);
  const sender = await stream.sender();
  t.teardown(() => sender.close());
  const relay = () => relayRound(database, sender, { from: 0 });

  const seen: { value: string; headers: RecordHeaders | undefined }[] = [];
  const letters: RecordHeaders[] = [];
  const worker = await stream.consume({
    ...{ topic: TOPIC, groupId: 'worker' },
    async onChunk(records) {
      await linkChunk(database, records);
      seen.push(...records.map(({ value, rawHeaders }) => ({ value: String(value), headers: rawHeaders })));
    },
  });
  t.teardown(() => worker.stop());
  const reader = await stream.consume({
    ...{ topic: DEAD_LETTER_TOPIC, groupId: 'reader' },
    async onChunk(records) {
      for (const { rawHeaders } of records) if (rawHeaders) letters.push(rawHeaders);
    },
  });
  t.teardown(() => reader.stop());

  const bare = { key: null, value: Buffer.from('no sequence'), headers: {} };
  const records = [{ key: null, value: Buffer.from('not JSON'), headers: HEADERS }, bare];
  // A new topic's leaders may not be known yet.
  await until(() =>
    sender.send(TOPIC, 0, records).then(
      () => true,
      () => false,
    ),
  );
  await until(() => seen.length === 2);
  const [came, cameBare] = seen;
  t.same(textsOf(came?.headers), textsOf(HEADERS), 'the sender sends each of them');

  await until(async () => ((await relay())?.sent ?? 0) > 0 || letters.length > 0);
  await until(() => letters.length === 2);
  const [letter = {}] = letters;
  for (const name of Object.keys(HEADERS)) {
    t.same(textsOf({ [name]: letter[name] ?? null }), textsOf({ [name]: HEADERS[name] ?? null }), name);
  }
  t.equal(String(letter.dlq_reason), 'event_invalid');

  await replayDeadLetters(database, 'operator:olga', 'all');
  await relay();
  await until(() => seen.length === 4);
  const replayed = seen.slice(2);
  t.same(textsOf(replayed.find((r) => r.value === 'not JSON')?.headers), textsOf(came?.headers));
  t.same(textsOf(replayed.find((r) => r.value === 'no sequence')?.headers), textsOf(cameBare?.headers));
});

/** For a comparison: a value that is no text in base64. */
function textsOf(headers: RecordHeaders | undefined): unknown {
  const show = (value: string | Buffer | null) =>
    value === null ? null : Buffer.from(value).toString('base64');
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, [value].flat().map(show)]),
  );
}
