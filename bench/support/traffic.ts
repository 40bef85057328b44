/** How often a work asks the database: statements as PostgreSQL counts them, round trips on the wire. */
import { once } from 'node:events';
import net from 'node:net';
import postgres from 'postgres';

export interface Traffic {
  /** The database, by way of the counter: what the work connects to. */
  url: string;
  /** Counts while `work` runs. Other connections to this database must be silent meanwhile. */
  count(work: () => Promise<unknown>): Promise<Counted>;
  close(): Promise<void>;
}

export interface Counted {
  /** Executed statements, BEGIN and COMMIT among them. */
  statements: number;
  /** How often a connection turned from sending to waiting for an answer: pipelined statements are one. */
  roundTrips: number;
  /** Each statement's text and how often it was executed. */
  texts: { query: string; calls: number }[];
}

/** Opens a counter on a database of `parts.database()`. */
export async function openTraffic(databaseUrl: string): Promise<Traffic> {
  const to = new URL(databaseUrl);
  let trips = 0;
  const sockets = new Set<net.Socket>();
  const proxy = net.createServer((client) => {
    const server = net.connect(Number(to.port), to.hostname);
    let asking = false;
    client.on('data', (data) => {
      if (!asking) trips += 1;
      asking = true;
      server.write(data);
    });
    server.on('data', (data) => {
      asking = false;
      client.write(data);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket.setNoDelay());
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const through = new URL(databaseUrl);
  through.port = String((proxy.address() as net.AddressInfo).port);

  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await sql`CREATE EXTENSION IF NOT EXISTS pg_stat_statements`;
  return {
    url: through.href,
    async count(work) {
      await sql`SELECT pg_stat_statements_reset()`;
      const before = trips;
      await work();
      const roundTrips = trips - before;
      const texts = await sql<{ query: string; calls: number }[]>`
        SELECT query, calls::int FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND query NOT LIKE '%pg_stat_statements%'
        ORDER BY calls DESC, query`;
      return { statements: texts.reduce((sum, { calls }) => sum + calls, 0), roundTrips, texts: [...texts] };
    },
    async close() {
      await sql.end();
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
