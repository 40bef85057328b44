/**
 * Compressed records come where a broker or a topic sets `compression.type`; our own are not compressed.
 * kafkajs knows gzip alone, without a limit, and a record of another codec stops its consumer (#1141). zstd is
 * Node's own from 22.15 on; snappy and lz4 are missing, and `codecTrouble` says so.
 */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import { codeOf } from '../errors.ts';

// Node finds no such named exports in kafkajs.
const { CompressionCodecs, CompressionTypes } = kafkajs;

/** A broker takes a megabyte, packed: what becomes so much of it was made to. */
export const MAX_UNPACKED_BYTES = 32 * 1024 * 1024;

type Done = (error: Error | null, result: Buffer) => void;
type Pack = (data: Buffer, done: Done) => void;
type Unpack = (data: Buffer, options: { maxOutputLength: number }, done: Done) => void;
const { zstdCompress, zstdDecompress } = zlib as { zstdCompress?: Pack; zstdDecompress?: Unpack };

CompressionCodecs[CompressionTypes.GZIP] = codec(zlib.gzip, zlib.gunzip);
if (zstdCompress !== undefined && zstdDecompress !== undefined) {
  CompressionCodecs[CompressionTypes.ZSTD] = codec(zstdCompress, zstdDecompress);
}

function codec(pack: Pack, unpack: Unpack) {
  const [compress, decompress] = [promisify(pack), promisify(unpack)];
  return () => ({
    compress: (encoder: { buffer: Buffer }) => compress(encoder.buffer),
    decompress: (data: Buffer) => decompress(data, { maxOutputLength: MAX_UNPACKED_BYTES }),
  });
}

/** What to do about records that cannot be decompressed, if that is the error; else undefined. */
export function codecTrouble(error: unknown): string | undefined {
  const { name, message = '', cause } = error as { name?: string; message?: string; cause?: unknown };
  // kafkajs wraps what isn't its own.
  if (cause instanceof Error) return codecTrouble(cause);
  if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') {
    return `a batch unpacks to more than ${MAX_UNPACKED_BYTES} bytes, so it isn't ours: docs/security.md says how it is passed over`;
  }
  if (name !== 'KafkaJSNotImplemented' || !message.includes('compression')) return undefined;
  const codec = message.split(' ')[0];
  return `records are compressed with ${codec}, which is not known here: set the topic's compression.type to producer or gzip`;
}
