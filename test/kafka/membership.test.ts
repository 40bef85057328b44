import { EventEmitter } from 'node:events';
import { mock } from 'node:test';
import type { Consumer } from 'kafkajs';
import t from 'tap';
import { followMembership } from '../../src/kafka/membership.ts';

/** A consumer with scripted answers. */
function follow() {
  const emitter = new EventEmitter();
  const names = ['GROUP_JOIN', 'FETCH', 'FETCH_START', 'HEARTBEAT', 'REBALANCING', 'CRASH', 'DISCONNECT'];
  const events = Object.fromEntries(names.map((name) => [name, name]));
  const consumer = { events, on: emitter.on.bind(emitter) } as unknown as Consumer;
  const membership = followMembership(consumer);
  const crash = (restart: boolean, error: Error) => emitter.emit('CRASH', { payload: { restart, error } });
  return { membership, emit: (name: string) => emitter.emit(name), crash };
}

const pending = async (promise: Promise<unknown>) =>
  (await Promise.race([
    promise.then(
      () => 'settled',
      () => 'settled',
    ),
    new Promise((resolve) => setImmediate(resolve, 'pending')),
  ])) === 'pending';

t.test('a member from the join to the crash, and again after the next join', async (t) => {
  const { membership, emit, crash } = follow();
  t.notOk(membership.isMember());
  emit('GROUP_JOIN');
  t.ok(membership.isMember());
  crash(true, new Error('the coordinator is away'));
  t.notOk(membership.isMember());
  emit('GROUP_JOIN');
  t.ok(membership.isMember());
  t.ok(await pending(membership.failed));
  membership.leave();
});

t.test('a crash that kafkajs doesn’t restart after is a failure; a stop of ours is none', async (t) => {
  const dead = follow();
  dead.crash(false, new TypeError('a fault'));
  await t.rejects(dead.membership.failed, { code: 'consumer_stopped', message: /a fault/ });
  dead.membership.leave();

  const left = follow();
  left.membership.leave();
  left.crash(false, new Error('stopped'));
  t.ok(await pending(left.membership.failed));
});

t.test('a codec that is missing is named', async (t) => {
  const { membership, crash } = follow();
  const error = Object.assign(new Error('Snappy compression not implemented'), {
    name: 'KafkaJSNotImplemented',
  });
  crash(false, error);
  await t.rejects(membership.failed, { code: 'consumer_stopped', message: /Snappy.*compression\.type/ });
  membership.leave();
});

t.test('a chunk that never ends, and a consumer that is never heard of, are failures', async (t) => {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  t.teardown(() => mock.timers.reset());
  const stuck = follow();
  void stuck.membership.watch(() => new Promise(() => {}));
  const silent = follow();
  const lively = follow();
  lively.emit('GROUP_JOIN');
  for (let second = 0; second < 130; second += 1) {
    lively.emit('FETCH');
    mock.timers.tick(1_000);
  }
  await t.rejects(stuck.membership.failed, { code: 'consumer_stuck', message: /chunk/ });
  await t.rejects(silent.membership.failed, { code: 'consumer_stuck', message: /nothing heard/ });
  t.ok(await pending(lively.membership.failed));
  t.ok(lively.membership.isMember());
});

t.test('an outage is no failure, although kafkajs does not restart after it', async (t) => {
  const { membership, crash, emit } = follow();
  emit('GROUP_JOIN');
  const noCoordinator = Object.assign(new Error('Failed to find group coordinator'), {
    name: 'KafkaJSGroupCoordinatorNotFound',
  });
  crash(false, noCoordinator);
  crash(
    false,
    Object.assign(new Error('given up'), { name: 'KafkaJSNonRetriableError', cause: noCoordinator }),
  );
  t.notOk(membership.isMember());
  t.ok(await pending(membership.failed));
  membership.leave();
});
