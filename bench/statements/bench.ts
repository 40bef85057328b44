/** How often the hot paths ask the database, as the database counts it. */
import { type Database, openDatabase } from '../../src/db/client.ts';
import { linkChunk } from '../../src/linking/retry.ts';
import { append } from '../../src/outbox/append.ts';
import { laneOf } from '../../src/outbox/lanes.ts';
import { relayRound } from '../../src/outbox/round.ts';
import type { Bench } from '../harness.ts';
import { countLogin } from '../login/growth.ts';
import { type Counted, openTraffic } from '../support/traffic.ts';
import { asIncoming, loginRecords, seedAccounts, seedCompanies, seedLogins } from '../support/world.ts';

const BATCH = 500;

export const bench: Bench = {
  name: 'statements',
  about: `statements and round trips of a login, of a chunk of ${BATCH} and of a relay round of ${BATCH}`,
  async run(context) {
    const { parts, report, log } = context;
    const { url, drop } = await parts.database();
    const traffic = await openTraffic(url);
    const database = openDatabase(traffic.url, { name: 'bench', max: 1 });
    const tell = (what: string, counted: Counted) => {
      report({ metric: `${what}: statements`, value: counted.statements, unit: 'statements' });
      report({ metric: `${what}: round trips`, value: counted.roundTrips, unit: 'round trips' });
      for (const { query, calls } of counted.texts) {
        log(`${what}: ${calls} × ${query.replace(/\s+/g, ' ').slice(0, 110)}`);
      }
    };
    try {
      tell('login', await countLogin(context));
      tell('chunk of 500', await countChunk(database, traffic.count));
      tell('relay round of 500', await countRound(database, traffic.count));
    } finally {
      await database.close();
      await traffic.close();
      await drop();
    }
  },
};

type Count = (work: () => Promise<unknown>) => Promise<Counted>;

/** The second of two: the first prepares the statements. */
async function countChunk(database: Database, count: Count): Promise<Counted> {
  await seedCompanies(database);
  await seedAccounts(database, 10_000);
  await seedLogins(database, { from: 0, count: 2 * BATCH, people: 10_000 });
  const records = asIncoming(await loginRecords(database, { from: 0, count: 2 * BATCH }));
  await linkChunk(database, records.slice(0, BATCH));
  return count(() => linkChunk(database, records.slice(BATCH)));
}

async function countRound(database: Database, count: Count): Promise<Counted> {
  await database.sql`TRUNCATE outbox`;
  const key = Buffer.from('a key');
  const event = { topic: 'bench', key, headers: { ce_id: 'an id' }, payload: Buffer.from('{}') };
  await database.transaction((tx) => append(tx, Array(2 * BATCH).fill(event)));
  const round = () => relayRound(database, { send: async () => {} }, { from: laneOf(key) });
  await round();
  return count(async () => {
    const done = await round();
    if (done?.sent !== BATCH) throw new Error(`the round sent ${done?.sent} rows, not ${BATCH}`);
  });
}
