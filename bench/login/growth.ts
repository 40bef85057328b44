/** The login with ever more companies, and how often one asks the database. */
import { reportGrowth, type Size } from '../growth/report.ts';
import type { BenchContext } from '../harness.ts';
import { type Counted, openTraffic } from '../support/traffic.ts';
import { addCompanies, startLoginParts } from './parts.ts';

const LOGINS = 300;
const ADDED_AT_ONCE = 500;

/** Logins a CPU second of the server, into the newest company, at each number of companies. */
export async function growLogin(context: BenchContext, companies: number[]): Promise<void> {
  const { rounds, log } = context;
  const login = await startLoginParts(context);
  const measured: Size[] = [];
  try {
    const server = await login.startServer();
    let there = 0;
    for (const size of companies) {
      while (there < size) {
        const some = Math.min(ADDED_AT_ONCE, size - there);
        const slugs = Array.from({ length: some }, (_, i) => `company-${there + i}`);
        await addCompanies(login.database, login.sealer, login.issuer, slugs);
        there += some;
      }
      await login.database.sql`ANALYZE`;
      const start = `${login.origin}/login/start?company=company-${there - 1}`;
      const signIn = () => login.logins({ start, concurrency: 16, logins: LOGINS });
      await signIn();
      const at: Size = { size, rates: [], memory: [] };
      for (let round = 0; round < rounds; round += 1) {
        const before = server.cpu();
        await signIn();
        at.rates.push(LOGINS / (server.cpu() - before));
        at.memory.push(server.memory());
      }
      log(`${size} companies: ${Math.round(at.rates[0] ?? 0)} logins a CPU second`);
      measured.push(at);
    }
    reportGrowth(context, 'login by companies', 'logins/CPU s', measured);
  } finally {
    await login.stop();
  }
}

/** What one whole login (start and callback) asks the database, everything prepared. */
export async function countLogin({ parts }: BenchContext): Promise<Counted> {
  const { url, drop } = await parts.database();
  const traffic = await openTraffic(url);
  const login = await startLoginParts({ parts }, { databaseUrl: traffic.url });
  try {
    await login.startServer();
    await login.logins({ logins: 600, concurrency: 16 });
    return await traffic.count(() => login.logins({ logins: 1, concurrency: 1 }));
  } finally {
    await login.stop();
    await traffic.close();
    await drop();
  }
}
