import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback whose connections can be reset, as a failover or a firewall does. */
export async function startCuttingProxy(target: { host: string; port: number }) {
  const pairs = new Set<[Socket, Socket]>();
  let resets = 0;
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy()).on('close', () => pairs.delete(pair));
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function reset(pair: [Socket, Socket]): void {
    resets += 1;
    for (const socket of pair) socket.resetAndDestroy();
  }

  return {
    port: (server.address() as AddressInfo).port,
    open: () => pairs.size,
    resets: () => resets,
    /** Resets one connection in both directions, chosen by a number from 0 to 1. */
    resetOne(choice: number): void {
      const pair = [...pairs][Math.floor(choice * pairs.size)];
      if (pair !== undefined) reset(pair);
    },
    resetAll(): void {
      for (const pair of [...pairs]) reset(pair);
    },
    /** Passes no byte any more on the connections that are open, without closing them. */
    freezeAll(): void {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream).pause();
        upstream.unpipe(client).pause();
      }
    },
    async stop(): Promise<void> {
      server.close();
      for (const pair of [...pairs]) for (const socket of pair) socket.destroy();
    },
  };
}
