import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SsoLinkError } from '../errors.ts';

/** Enough for a byte order mark and the first character of content. */
const PEEKED_BYTES = 512;

/**
 * Recognizes a file by its beginning: gzip is unpacked, and what is no NDJSON in UTF-8 is refused at once, in place of
 * one complaint for each of its lines.
 * @throws SsoLinkError `import_format`
 */
export async function* readInput(stream: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  const source = stream[Symbol.asyncIterator]();
  try {
    const { head, whole } = await peek(source);
    if (head[0] === 0x1f && head[1] === 0x8b) {
      const inner = await peek(gunzipped(whole));
      refuseOther(inner.head);
      yield* inner.whole;
      return;
    }
    refuseOther(head);
    yield* whole;
  } finally {
    // Also where the import ends early: a file is closed.
    await source.return?.();
  }
}

async function* gunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  // Its errors are those of the loop.
  pipeline(Readable.from(packed), gunzip, () => {});
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch {
    throw format('the gzip file is damaged or incomplete');
  }
}

/** The first bytes, and all of them. */
async function peek(source: AsyncIterator<Buffer | string>) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  while (bytes < PEEKED_BYTES) {
    const next = await source.next();
    if (next.done) break;
    const chunk = Buffer.from(next.value as Buffer);
    chunks.push(chunk);
    bytes += chunk.length;
  }
  async function* whole(): AsyncGenerator<Buffer> {
    yield* chunks;
    for (;;) {
      const next = await source.next();
      if (next.done) return;
      yield Buffer.from(next.value as Buffer);
    }
  }
  return { head: Buffer.concat(chunks), whole: whole() };
}

function refuseOther(head: Buffer): void {
  const mark = head.subarray(0, 2).toString('hex');
  const isUtf16 = mark === 'fffe' || mark === 'feff' || (head.length > 1 && head.subarray(0, 64).includes(0));
  if (isUtf16) throw format('the file is UTF-16: save it as UTF-8');
  if (head.subarray(0, 2).toString('latin1') === 'PK') throw format('the file is a ZIP archive: unpack it');
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('[')) {
    throw format('the file is one JSON array: write one object per line, as `jq -c ".[]"` does');
  }
  const [first = ''] = text.split('\n');
  if (!first.startsWith('{') && /^"?[\w ]+"?[,;\t]/.test(first)) {
    throw format('the file is CSV: write one JSON object per line');
  }
}

const format = (message: string) => new SsoLinkError('import_format', message);
