import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { until } from '../until.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** A server that returns what it gets and keeps its sockets; a proxy before it. */
async function echo(t: Test) {
  const atServer: Socket[] = [];
  const endedAtServer: (string | undefined)[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    atServer.push(socket);
    let error: NodeJS.ErrnoException | undefined;
    socket.on('error', (cause) => {
      error = cause;
    });
    socket.on('close', () => endedAtServer.push(error?.code));
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const direct = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const proxy = await startFaultProxy(direct);
  t.teardown(async () => {
    await proxy.stop();
    server.close();
    for (const socket of atServer) socket.destroy();
  });
  return { proxy, direct, atServer, endedAtServer };
}

type Address = Pick<FaultProxy, 'host' | 'port'>;

function client(t: Test, proxy: Address) {
  const socket = connect(proxy.port, proxy.host);
  t.teardown(() => socket.destroy());
  let text = '';
  let error: NodeJS.ErrnoException | undefined;
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', (cause) => {
    error = cause;
  });
  return { socket, text: () => text, error: () => error?.code };
}

/** A client whose first byte came back: connected all the way. */
async function connected(t: Test, proxy: Address) {
  const one = client(t, proxy);
  one.socket.write('1');
  await until(() => one.text() === '1');
  return one;
}

t.test('without a fault: every byte, in order, and the end after the last', async (t) => {
  const { proxy, endedAtServer } = await echo(t);
  const { socket, text } = client(t, proxy);
  const sent = Array.from({ length: 200_000 }, (_, n) => `${n},`).join('');
  socket.end(sent);
  await once(socket, 'close');
  t.equal(text(), sent, 'the client closed its half first and still got all');
  await until(() => endedAtServer.length === 1 && proxy.open() === 0);
  t.same(endedAtServer, [undefined]);
  t.equal(proxy.accepted(), 1);
  t.equal(proxy.resets(), 0);
});

t.test('reset: both sides see a TCP reset', async (t) => {
  const { proxy, endedAtServer } = await echo(t);
  const [one, other] = [await connected(t, proxy), await connected(t, proxy)];
  proxy.resetOne(0);
  await until(() => one.error() !== undefined && endedAtServer.length === 1);
  t.equal(one.error(), 'ECONNRESET');
  t.same(endedAtServer, ['ECONNRESET']);
  t.equal(other.error(), undefined);
  proxy.resetAll();
  await until(() => other.error() !== undefined && proxy.open() === 0);
  t.equal(proxy.resets(), 2);
  t.equal((await connected(t, proxy)).error(), undefined, 'new connections pass');
});

t.test('a reset by one side reaches the other as a reset', async (t) => {
  const { proxy, atServer } = await echo(t);
  const one = await connected(t, proxy);
  atServer[0]?.resetAndDestroy();
  await until(() => one.error() !== undefined);
  t.equal(one.error(), 'ECONNRESET');
  t.equal(proxy.resets(), 0, 'not one of the proxy');
});

t.test('lost: nothing passes and nothing is closed, until it passes again', async (t) => {
  const { proxy, direct, atServer, endedAtServer } = await echo(t);
  const [one, leaving] = [await connected(t, proxy), await connected(t, proxy)];
  proxy.lose();
  one.socket.write('2');
  leaving.socket.destroy();
  const late = client(t, proxy);
  late.socket.write('new');
  await once(late.socket, 'connect');
  await until(() => proxy.accepted() === 3);
  await connected(t, direct);
  t.equal(one.text(), '1');
  t.equal(late.text(), '');
  t.equal(atServer.length, 3, 'the target knows nothing of the new connection');
  t.equal(endedAtServer.length, 0, 'nor of the one that left');
  await proxy.pass();
  await until(() => one.text() === '12' && late.text() === 'new' && endedAtServer.length === 1);
  t.equal(proxy.resets(), 0);
});

t.test('lost answers: the server acts, the client learns nothing', async (t) => {
  const { proxy, atServer } = await echo(t);
  const one = await connected(t, proxy);
  const served = atServer[0] as Socket;
  proxy.lose({ direction: 'answers', newConnections: false });
  one.socket.write('paid');
  await until(() => served.bytesRead === 5);
  await until(() => served.bytesWritten === 5);
  t.equal(one.text(), '1');
  t.equal((await connected(t, proxy)).text(), '1', 'new connections pass');
  proxy.resetOne(0);
  await until(() => one.error() !== undefined);
  t.equal(one.text(), '1');
});

t.test('refused: nothing listens, the open connections stay', async (t) => {
  const { proxy } = await echo(t);
  const one = await connected(t, proxy);
  await proxy.refuse();
  const late = client(t, proxy);
  await until(() => late.error() !== undefined);
  t.equal(late.error(), 'ECONNREFUSED');
  one.socket.write('2');
  await until(() => one.text() === '12');
  await proxy.pass();
  await connected(t, proxy);
});

t.test('delayed: later by that much, in order', async (t) => {
  const { proxy } = await echo(t);
  const one = await connected(t, proxy);
  proxy.delay(100);
  const started = performance.now();
  for (const digit of '23456789') one.socket.write(digit);
  await until(() => one.text() === '123456789');
  t.ok(performance.now() - started >= 195, 'there and back');
  one.socket.write('a');
  proxy.delay(0);
  one.socket.write('b');
  await until(() => one.text() === '123456789ab');
});

t.test('random resets: every few milliseconds, until they end', async (t) => {
  const { proxy } = await echo(t);
  let running = true;
  const reconnecting = async () => {
    while (running) {
      const { socket } = client(t, proxy);
      await once(socket, 'close').catch(() => {});
    }
  };
  const clients = [reconnecting(), reconnecting()];
  proxy.resetAtRandom({ seed: 7, everyMs: 2 });
  await until(() => proxy.resets() >= 50);
  await proxy.pass();
  const resets = proxy.resets();
  await connected(t, proxy);
  await connected(t, proxy);
  t.equal(proxy.resets(), resets);
  running = false;
  proxy.resetAll();
  await Promise.all(clients);
});
