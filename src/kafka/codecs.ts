/**
 * Compressed records come where a broker or a topic sets `compression.type`; our own are not compressed.
 * kafkajs knows gzip alone, and a record of another codec stops its consumer (#1141). zstd is Node's own from
 * 22.15 on; snappy and lz4 are missing, and `missingCodec` says so.
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';

// Node finds no such named exports in kafkajs.
const { CompressionCodecs, CompressionTypes } = kafkajs;

type Compression = (data: Buffer, done: (error: Error | null, result: Buffer) => void) => void;
const { zstdCompress, zstdDecompress } = zlib as { zstdCompress?: Compression; zstdDecompress?: Compression };

if (zstdCompress !== undefined && zstdDecompress !== undefined) {
  const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { buffer: Buffer }) => compress(encoder.buffer),
    decompress: (data: Buffer) => decompress(data),
  });
}

/** What to do about an error of kafkajs that says "Snappy compression not implemented"; else undefined. */
export function missingCodec(error: unknown): string | undefined {
  const { name, message = '' } = error as { name?: string; message?: string };
  if (name !== 'KafkaJSNotImplemented' || !message.includes('compression')) return undefined;
  const codec = message.split(' ')[0];
  return `records are compressed with ${codec}, which is not known here: set the topic's compression.type to producer or gzip`;
}
