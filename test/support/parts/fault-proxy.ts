/**
 * A TCP proxy between a client and a server on loopback that causes the faults of a network.
 *
 * client ── requests ──► proxy ──► target
 *        ◄── answers ───
 *
 * The vocabulary: pass (no fault), reset (the connection ends at once with a TCP reset, as after a failover),
 * lose (no byte passes and no side is notified, as when a firewall forgets a connection), refuse (nothing listens),
 * delay (each byte arrives later).
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { freePort } from '../../../dev/free-port.ts';
import { createRandom } from '../random.ts';
import { type BytePipe, pipeBytes } from './byte-pipe.ts';

export type Direction = 'both' | 'requests' | 'answers';

export interface RandomResets {
  /** The same seed gives the same pauses and choices. */
  seed: number;
  /** Milliseconds between two resets, on average. */
  everyMs: number;
  /** How often all connections are reset in place of one: 0 never, 1 always. Default 0.1. */
  allShare?: number;
}

export interface FaultProxy {
  host: string;
  port: number;
  /** Connections that are open now. */
  open(): number;
  /** Connections since the start. */
  accepted(): number;
  /** Connections that the proxy has reset. */
  resets(): number;
  /** Ends every fault: listens, passes what was held, resets nothing more. */
  pass(): Promise<void>;
  /** Resets every open connection in both directions. */
  resetAll(): void;
  /** Resets one open connection in both directions. @param choice from 0 to 1 */
  resetOne(choice: number): void;
  /** Resets connections at random moments until `pass` or `stop`. Those without an open connection count for nothing. */
  resetAtRandom(options: RandomResets): void;
  /**
   * Passes no byte any more, without closing anything, until `pass`.
   * @param options.newConnections false: only those that are open now are lost. Default true
   */
  lose(options?: { direction?: Direction; newConnections?: boolean }): void;
  /** Refuses new connections until `pass`; the open ones stay. */
  refuse(): Promise<void>;
  /** Each byte arrives this many milliseconds later, until `pass`. */
  delay(ms: number): void;
  stop(): Promise<void>;
}

interface Connection {
  client: Socket;
  upstream: Socket;
  requests: BytePipe;
  answers: BytePipe;
  /** Not yet connected to the target, since requests are lost. */
  connect: (() => void) | undefined;
}

/** @param options.host the address to listen on; 127.0.0.1 unless given */
export async function startFaultProxy(
  target: { host: string; port: number },
  options: { host?: string; port?: number } = {},
): Promise<FaultProxy> {
  const { host = '127.0.0.1', port = await freePort() } = options;
  const connections = new Set<Connection>();
  let [accepted, resets, delayMs] = [0, 0, 0];
  let lost: Direction | undefined;
  let random: NodeJS.Timeout | undefined;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    accepted += 1;
    const upstream = new Socket({ allowHalfOpen: true }).setNoDelay(true);
    const connection: Connection = {
      client,
      upstream,
      requests: pipeBytes(client, upstream, () => delayMs),
      answers: pipeBytes(upstream, client, () => delayMs),
      connect: () => void upstream.connect(target.port, target.host),
    };
    connections.add(connection);
    client.on('close', () => {
      // The target never learns about a connection that came and went while requests were lost.
      if (connection.connect) upstream.destroy();
    });
    for (const socket of [client, upstream]) {
      socket.on('close', () => {
        if (client.closed && upstream.closed) connections.delete(connection);
      });
    }
    if (lost) hold(connection, lost);
    if (lost !== 'both' && lost !== 'requests') connect(connection);
  });
  await listen(server, port, host);

  function connect(connection: Connection): void {
    connection.connect?.();
    connection.connect = undefined;
  }

  function reset({ client, upstream }: Connection): void {
    resets += 1;
    for (const socket of [client, upstream]) socket.resetAndDestroy();
  }

  const proxy: FaultProxy = {
    host,
    port: (server.address() as AddressInfo).port,
    open: () => connections.size,
    accepted: () => accepted,
    resets: () => resets,
    async pass() {
      clearTimeout(random);
      lost = undefined;
      delayMs = 0;
      for (const connection of connections) {
        connect(connection);
        connection.requests.release();
        connection.answers.release();
      }
      if (!server.listening) await listen(server, port, host);
    },
    resetAll() {
      for (const connection of [...connections]) reset(connection);
    },
    resetOne(choice) {
      const connection = [...connections][Math.floor(choice * connections.size)];
      if (connection !== undefined) reset(connection);
    },
    resetAtRandom({ seed, everyMs, allShare = 0.1 }) {
      const next = createRandom(seed);
      const schedule = () => {
        random = setTimeout(
          () => {
            if (next() < allShare) proxy.resetAll();
            else proxy.resetOne(next());
            schedule();
          },
          next() * 2 * everyMs,
        );
      };
      clearTimeout(random);
      schedule();
    },
    lose({ direction = 'both', newConnections = true } = {}) {
      if (newConnections) lost = direction;
      for (const connection of connections) hold(connection, direction);
    },
    async refuse() {
      server.close();
    },
    delay(ms) {
      delayMs = ms;
    },
    async stop() {
      clearTimeout(random);
      server.close();
      for (const { client, upstream } of [...connections]) {
        client.destroy();
        upstream.destroy();
      }
    },
  };
  return proxy;
}

function hold({ requests, answers }: Connection, direction: Direction): void {
  if (direction !== 'answers') requests.hold();
  if (direction !== 'requests') answers.hold();
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}
