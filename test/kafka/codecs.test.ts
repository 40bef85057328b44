import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import t from 'tap';
import { codecTrouble, MAX_UNPACKED_BYTES } from '../../src/kafka/codecs.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

t.test('a codec gives back what it was given, up to a limit', async (t) => {
  const hasZstd = 'zstdCompress' in zlib;
  for (const codec of [CompressionCodecs[CompressionTypes.GZIP], CompressionCodecs[CompressionTypes.ZSTD]]) {
    if (codec === CompressionCodecs[CompressionTypes.ZSTD] && !hasZstd) continue;
    const { compress, decompress } = codec();
    const packed = await compress({ buffer: Buffer.from('records') });
    t.equal(String(await decompress(packed)), 'records');
    const bomb = await compress({ buffer: Buffer.alloc(MAX_UNPACKED_BYTES + 1) });
    const refused: unknown = await decompress(bomb).catch((error: unknown) => error);
    t.match(codecTrouble(refused), /docs\/security.md/);
  }
});

t.test('what is no gzip is an error, and none of these', async (t) => {
  const { decompress } = CompressionCodecs[CompressionTypes.GZIP]();
  const broken = zlib.gzipSync('x').subarray(0, 12);
  t.equal(codecTrouble(await decompress(broken).catch((error: unknown) => error)), undefined);
});
