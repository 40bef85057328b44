/** What kafkajs encodes is, byte for byte, what it encoded without the patch. */
import { createRequire } from 'node:module';
import t from 'tap';
import '../../src/kafka/kafkajs-patches.ts';
import { createRandom } from '../support/random.ts';

const require = createRequire(import.meta.url);
const FILES = [
  'encoder',
  'recordBatch/record/v0/index',
  'recordBatch/header/v0/index',
  'recordBatch/v0/index',
];
const paths = FILES.map((file) => require.resolve(`kafkajs/src/protocol/${file}.js`));
const load = () => paths.map((path) => require(path));

const [Patched, patchedRecord, , patchedBatch] = load();
for (const path of paths) delete require.cache[path];
const [Original, originalRecord, , originalBatch] = load();

const next = createRandom(20_261_126);
const upTo = (most: number) => Math.floor(next() * most);
const bytes = (most: number) => Buffer.from(Array.from({ length: upTo(most) }, () => upTo(256)));

const aRecord = () => ({
  offsetDelta: upTo(2 ** upTo(20)),
  timestampDelta: upTo(2 ** upTo(40)) * (next() < 0.2 ? -1 : 1),
  key: next() < 0.2 ? null : bytes(60),
  value: next() < 0.1 ? null : next() < 0.5 ? bytes(3_000) : 'é'.repeat(upTo(500)),
  headers: Object.fromEntries(Array.from({ length: upTo(9) }, (_, n) => [`ce_${n}`, 'ü'.repeat(upTo(90))])),
});

t.not(Patched, Original);

t.test('integers of variable length', async (t) => {
  const values = [0, 1, -1, 63, 64, -64, -65, 8_191, 2 ** 28, 2 ** 29 - 1, 2 ** 29, -(2 ** 29), 2 ** 31 - 1];
  for (const value of [...values, ...Array.from({ length: 500 }, () => upTo(2 ** upTo(31)))]) {
    for (const name of ['writeVarInt', 'writeVarLong', 'writeUVarInt']) {
      if (name === 'writeUVarInt' && value < 0) continue;
      const [patched, original] = [new Patched()[name](value), new Original()[name](value)];
      t.ok(patched.buffer.equals(original.buffer), `${name} ${value}`);
    }
    t.equal(Patched.sizeOfVarLong(value), Original.sizeOfVarLong(value));
  }
  for (const large of [2 ** 31, 2 ** 40, -(2 ** 40), 1_790_000_000_000n]) {
    t.ok(new Patched().writeVarLong(large).buffer.equals(new Original().writeVarLong(large).buffer));
  }
});

t.test('records and batches, small and large', async (t) => {
  for (let turn = 0; turn < 200; turn += 1) {
    const records = Array.from({ length: 1 + upTo(2 ** upTo(9)) }, aRecord);
    const [patched, original] = await Promise.all([
      patchedBatch.RecordBatch({ firstTimestamp: 1, maxTimestamp: 2, records: records.map(patchedRecord) }),
      originalBatch.RecordBatch({ firstTimestamp: 1, maxTimestamp: 2, records: records.map(originalRecord) }),
    ]);
    t.ok(patched.buffer.equals(original.buffer), `${records.length} records, ${original.size()} bytes`);
  }
});
