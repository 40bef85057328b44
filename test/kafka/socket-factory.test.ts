import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import t from 'tap';
import { createSocketFactory } from '../../src/kafka/kafkajs-patches.ts';

t.test('a connection that is ended again and again collects no listeners', async (t) => {
  const server = createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const options = { host: '127.0.0.1', port, ssl: false, onConnect: () => {} };
  const socket = createSocketFactory(() => undefined)(options as never) as Socket;
  await once(socket, 'connect');
  socket.resume().destroy();
  await once(socket, 'close');
  const before = socket.listenerCount('connect');
  // As kafkajs's `disconnect` does.
  for (let n = 0; n < 20; n += 1) socket.end().unref();
  t.equal(socket.listenerCount('connect'), before);
});
