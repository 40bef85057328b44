import t from 'tap';
import { createQueues } from '../src/promises.ts';

t.test('work of a key is done one after the other, and other keys do not wait', async (t) => {
  const inTurn = createQueues({
    most: 2,
    onFull: () => {
      throw new Error('full');
    },
  });
  const told: string[] = [];
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const first = inTurn('a', async () => {
    told.push('first begins');
    await opened;
    told.push('first ends');
    throw new Error('no');
  });
  const second = inTurn('a', async () => void told.push('second'));
  await inTurn('b', async () => void told.push('of b'));
  open();
  await t.rejects(first, { message: 'no' });
  await second;
  t.same(told, ['first begins', 'of b', 'first ends', 'second'], 'a failure ends no queue');
});

t.test('what is one too many is refused, and there is room again', async (t) => {
  const inTurn = createQueues({
    most: 1,
    onFull: () => {
      throw new Error('full');
    },
  });
  const done = Promise.all([inTurn('a', async () => 1), inTurn('a', async () => 2)]);
  await t.rejects(
    inTurn('a', async () => 3),
    { message: 'full' },
  );
  t.same(await done, [1, 2]);
  t.equal(await inTurn('a', async () => 4), 4);
});

t.test('a key rests after its work, whose result is told before', async (t) => {
  const REST_MS = 200;
  const told: string[] = [];
  const inTurn = createQueues({
    most: 2,
    rest(took) {
      t.ok(took >= 0);
      return REST_MS;
    },
    onFull: () => {
      throw new Error('full');
    },
  });
  const tell = (name: string) => async () => {
    told.push(name);
    return performance.now();
  };
  const ended = await inTurn('a', tell('first'));
  const [began] = await Promise.all([inTurn('a', tell('second')), inTurn('b', tell('of b'))]);
  t.ok(began - ended > REST_MS - 5, `${began - ended} ms`);
  t.same(told, ['first', 'of b', 'second'], 'other keys do not wait');
});
