import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A balancer in front of several servers: each connection goes to the next one of those that take part. */
export async function startBalancer(port: number) {
  const ports: number[] = [];
  const sockets = new Set<Socket>();
  /** By the server's port: connections that it hasn't answered anything on. */
  const unanswered = new Map<number, Set<Promise<unknown>>>();
  let next = 0;
  const server = createServer((client) => {
    const target = ports[next++ % ports.length];
    if (target === undefined) return void client.resetAndDestroy();
    const upstream = connect(target, 'localhost');
    const heard = new Promise((resolve) => upstream.once('data', resolve).once('close', resolve));
    const begun = unanswered.get(target) ?? new Set();
    unanswered.set(target, begun.add(heard));
    void heard.then(() => begun.delete(heard));
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
    /** No new connections. Resolves once none is left that the server may not have taken yet, as preStop does. */
    async remove(target: number) {
      ports.splice(ports.indexOf(target), 1);
      await Promise.all(unanswered.get(target) ?? []);
    },
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
