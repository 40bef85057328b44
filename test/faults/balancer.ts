import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What stands before several servers: each connection goes to the next one of those that take part. */
export async function startBalancer(port: number) {
  const ports: number[] = [];
  const sockets = new Set<Socket>();
  let next = 0;
  const server = createServer((client) => {
    const target = ports[next++ % ports.length];
    if (target === undefined) return void client.resetAndDestroy();
    const upstream = connect(target, 'localhost');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('close', () => sockets.delete(from)).on('error', () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(port, 'localhost');
  await once(server, 'listening');
  return {
    add: (target: number) => void ports.push(target),
    remove: (target: number) => void ports.splice(ports.indexOf(target), 1),
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
