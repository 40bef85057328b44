/**
 * kafkajs 2.2.4 encodes each header and each record in a buffer of its own, 512 zeroed bytes outside of Node's pool, and
 * zeroes each larger one that a batch grows into: 17 % of the relay's CPU. Here they come from the pool, unzeroed: an
 * encoder gives out only what was written. Variable-length integers are written in place, without an array and a buffer
 * for their bytes, and without BigInt where they are small.
 */
// @ts-expect-error: the file has no types
import Encoder from 'kafkajs/src/protocol/encoder.js';

interface State {
  buf: Buffer;
  offset: number;
  ensureAvailable(length: number): void;
  writeUVarInt(value: number): State;
}

/** Holds most headers. */
const FIRST_BYTES = 64;
const VAR_INT_BYTES = 5;
/** Beyond it the zigzag form needs more than 31 bits. */
const SMALL = 2 ** 29;

const { writeVarLong, writeVarIntBytes } = Encoder.prototype as {
  writeVarLong(value: unknown): State;
  writeVarIntBytes(value: unknown): State;
};
const { sizeOfVarLong } = Encoder as { sizeOfVarLong(value: unknown): number };

/**
 * A header without a value. kafkajs 2.2.4 measures null as a text and throws a TypeError (record/v0). This empty buffer
 * is measured as one byte, as the length -1 of null is, and is written as null.
 */
export const NULL_HEADER: Buffer = Buffer.alloc(0);

Encoder.prototype.writeVarIntBytes = function writeNullHeader(this: State, value: unknown) {
  return writeVarIntBytes.call(this, value === NULL_HEADER ? null : value);
};

/** The constructor's first buffer: none. */
Encoder.nextPowerOfTwo = () => 0;

Encoder.prototype.ensureAvailable = function ensureAvailable(this: State, length: number) {
  const needed = this.offset + length;
  if (needed <= this.buf.length) return;
  const grown = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(needed + 1))));
  this.buf.copy(grown, 0, 0, this.offset);
  this.buf = grown;
};

Encoder.prototype.writeUVarInt = function writeUVarInt(this: State, value: number) {
  this.ensureAvailable(VAR_INT_BYTES);
  let rest = value >>> 0;
  while (rest > 0x7f) {
    this.buf[this.offset++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  this.buf[this.offset++] = rest;
  return this;
};

Encoder.prototype.writeVarLong = function writeSmallVarLong(this: State, value: unknown) {
  return isSmall(value) ? this.writeUVarInt(Encoder.encodeZigZag(value)) : writeVarLong.call(this, value);
};

Encoder.sizeOfVarLong = (value: unknown): number =>
  isSmall(value) ? Encoder.sizeOfVarInt(value) : sizeOfVarLong(value);

function isSmall(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < SMALL;
}
