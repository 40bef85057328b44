/** The login with ever more companies, and how often one asks the database. */
import type { BenchContext } from '../harness.ts';
import { type Counted, openTraffic } from '../support/traffic.ts';
import { addCompany, startLoginParts } from './parts.ts';

const LOGINS = 300;

/** Logins a CPU second of the server, each by another company, at each number of companies. */
export async function loginsByCompanies(
  context: BenchContext,
  sizes = [10, 100, 1_000, 10_000],
): Promise<{ companies: number; perCpuSecond: number; memory: number }[]> {
  const login = await startLoginParts(context);
  const results: { companies: number; perCpuSecond: number; memory: number }[] = [];
  try {
    const server = await login.startServer();
    let companies = 0;
    for (const size of sizes.map(context.scale)) {
      for (; companies < size; companies += 1) {
        await addCompany(login.database, login.sealer, login.issuer, `company-${companies}`);
      }
      await login.database.sql`ANALYZE`;
      const logins = {
        start: `${login.origin}/login/start?company=company-${companies - 1}`,
        concurrency: 16,
      };
      await login.logins({ ...logins, logins: LOGINS });
      const before = server.cpu();
      await login.logins({ ...logins, logins: LOGINS });
      results.push({
        companies,
        perCpuSecond: LOGINS / (server.cpu() - before),
        memory: server.memory(),
      });
    }
    return results;
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
