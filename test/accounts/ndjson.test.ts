import t from 'tap';
import { type Line, MAX_LINE_BYTES, readLines } from '../../src/accounts/ndjson.ts';

async function lines(...chunks: (string | Buffer)[]): Promise<Line[]> {
  async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk as Buffer);
  }
  const all: Line[] = [];
  for await (const some of readLines(stream())) all.push(...some);
  return all;
}

t.test('lines are numbered as an editor does, blank ones left out', async (t) => {
  t.same(await lines('a\r\n\n', '  \nb'), [
    { number: 1, text: 'a' },
    { number: 4, text: 'b' },
  ]);
  t.same(await lines('a\n'), [{ number: 1, text: 'a' }]);
  t.same(await lines(), []);
});

t.test('chunks end anywhere, in the middle of a character too', async (t) => {
  const bytes = Buffer.from('\uFEFFzürich\n🎉x\nlast');
  for (let at = 0; at <= bytes.length; at += 1) {
    t.same(
      (await lines(bytes.subarray(0, at), bytes.subarray(at))).map((line) => line.text),
      ['zürich', '🎉x', 'last'],
      `cut at ${at}`,
    );
  }
});

t.test('a line that is too long or no UTF-8 is told, and the next one read', async (t) => {
  const long = 'x'.repeat(MAX_LINE_BYTES + 1);
  t.same(await lines(long.slice(0, 1000), long.slice(1000), '\nnext\n', Buffer.from([0xff, 0x0a]), 'end'), [
    { number: 1, text: null },
    { number: 2, text: 'next' },
    { number: 3, text: null },
    { number: 4, text: 'end' },
  ]);
  t.equal((await lines('x'.repeat(MAX_LINE_BYTES)))[0]?.text?.length, MAX_LINE_BYTES);
});
