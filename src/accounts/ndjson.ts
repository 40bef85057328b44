/** A line of an import, numbered as an editor numbers it. Null where it is too long or no UTF-8. */
export interface Line {
  number: number;
  text: string | null;
}

/** Longer lines are reported as invalid and never held in memory. */
export const MAX_LINE_BYTES = 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * The lines of a stream, as many at a time as a chunk of it holds; blank ones are left out. Memory is bounded
 * whatever the stream holds: `node:readline` would keep a line without an end.
 */
export async function* readLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let tooLong = false;

  function keep(part: Buffer): void {
    begunBytes += part.length;
    tooLong ||= begunBytes > MAX_LINE_BYTES;
    if (tooLong) begun = [];
    else if (part.length > 0) begun.push(part);
  }

  function end(): Line | undefined {
    const [first = Buffer.alloc(0)] = begun;
    const bytes = begun.length > 1 ? Buffer.concat(begun) : first;
    const line = { number: ++number, text: tooLong ? null : decode(decoder, bytes) };
    [begun, begunBytes, tooLong] = [[], 0, false];
    return line.text === '' ? undefined : line;
  }

  for await (const given of stream) {
    const chunk = Buffer.from(given as Buffer);
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, at));
      from = at + 1;
      const line = end();
      if (line) lines.push(line);
    }
    keep(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  const last = begunBytes > 0 ? end() : undefined;
  if (last) yield [last];
}

/** Without the byte order mark, which a decoder takes away by itself, and without a carriage return. */
function decode(decoder: TextDecoder, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes).trim();
  } catch {
    return null;
  }
}
