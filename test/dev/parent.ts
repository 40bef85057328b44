/** A process that starts a PostgreSQL, says where, and waits to be ended: for postgres.test.ts. */
import { startPostgres } from '../../dev/postgres.ts';

const { pid, dataDir } = await startPostgres({ durable: false, own: true });
process.stdout.write(`${JSON.stringify({ pid, dataDir })}\n`);
setInterval(() => {}, 1000);
