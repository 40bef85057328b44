import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import t from 'tap';

const script = await readFile(new URL('../../src/pages/assets/wait.js', import.meta.url), 'utf8');

/** Runs the waiting page's script against these answers of /session, one after the other. */
async function waitWith(answers: (object | Error)[]): Promise<{ pauses: number[]; wentTo: string[] }> {
  const pauses: number[] = [];
  const wentTo: string[] = [];
  const left = [...answers];
  let next: (() => Promise<void>) | undefined;
  runInNewContext(script, {
    Date,
    Math,
    document: { getElementById: () => ({}) },
    location: { replace: (to: string) => wentTo.push(to) },
    setTimeout: (ask: () => Promise<void>, pause: number) => {
      pauses.push(pause);
      next = ask;
    },
    fetch: async () => {
      const answer = left.shift();
      if (answer instanceof Error) throw answer;
      return { json: async () => answer };
    },
  });
  while (left.length > 0 && next !== undefined) {
    const ask = next;
    next = undefined;
    await ask();
  }
  return { pauses, wentTo };
}

t.test('it goes on once the state is known', async (t) => {
  const { wentTo } = await waitWith([{ state: 'pending' }, { state: 'signed_in' }]);
  t.same(wentTo, ['/login/wait']);
  t.same((await waitWith([{ state: 'refused' }])).wentTo, ['/login/wait']);
});

t.test('an outage is no state: it keeps asking, less and less often', async (t) => {
  const away = { error: 'ECONNREFUSED' };
  const { wentTo, pauses } = await waitWith([{ state: 'pending' }, away, new Error('offline'), away]);
  t.same(wentTo, []);
  t.equal(pauses.length, 5);
  t.ok((pauses[4] ?? 0) >= 8 * (pauses[1] ?? 0));
  const long = await waitWith(Array.from({ length: 30 }, () => away));
  t.equal(long.pauses.at(-1), 10_000, 'and never more seldom than so');
  t.same((await waitWith([away, { state: 'signed_in' }])).wentTo, ['/login/wait']);
});
