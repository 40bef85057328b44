import type { Database } from '../../src/db/client.ts';
import { openDatabase } from '../../src/db/client.ts';
import { revokeCompanySessions, revokeSessions } from '../../src/sessions/revoke.ts';
import { readSession } from '../../src/sessions/session.ts';
import { type Bench, inTurn, ratio } from '../harness.ts';
import { seedSessions } from '../session/sessions.ts';

const SESSIONS = 100_000;
const FEW = 20;

export const bench: Bench = {
  name: 'revoke',
  about: 'sessions revoke --company of 100 000 sessions against the same of 20',
  async run({ parts, rounds, scale, report, log }) {
    const [many, few] = [await company(scale(SESSIONS)), await company(FEW)];
    /** Milliseconds. */
    const revoke = async ({ database }: Company) => {
      const started = performance.now();
      await database.transaction((tx) => revokeCompanySessions(tx, 'operator:bench', 'company-0'));
      return performance.now() - started;
    };
    try {
      await revoke(many);
      await revoke(few);
      const measured = await inTurn(
        rounds,
        () => revoke(many),
        () => revoke(few),
        log,
      );
      const after = await readSession(many.database, many.token, { idle: 3_600_000 });
      if (after.state !== 'none') throw new Error(`a session that was ended is ${after.state}`);
      report({ ...ratio(measured, { metric: 'one company', unit: 'ms' }), goal: { atMost: 2 } });

      await many.database.sql`UPDATE companies SET sessions_not_before = NULL`;
      const started = performance.now();
      const { ended } = await many.database.transaction((tx) =>
        revokeSessions(tx, 'operator:bench', { of: { companyId: many.id }, target: 'company-0' }),
      );
      report({ metric: 'row by row', value: performance.now() - started, unit: 'ms', more: { ended } });
    } finally {
      for (const { close } of [many, few]) await close();
    }

    async function company(sessions: number): Promise<Company> {
      const { url, drop } = await parts.database();
      const database = openDatabase(url, { name: 'bench', max: 2, statementTimeout: 0 });
      const [cookie = ''] = await seedSessions(database, sessions);
      const id = await intoOne(database);
      log(`${sessions} sessions of one company`);
      const close = async () => {
        await database.close();
        await drop();
      };
      return { database, id, token: cookie.slice(cookie.indexOf('=') + 1), close };
    }
  },
};

interface Company {
  database: Database;
  id: string;
  token: string;
  close(): Promise<void>;
}

/** Everybody works at the first company. @returns its id */
async function intoOne({ sql }: Database): Promise<string> {
  const [row] = await sql<{ id: string }[]>`SELECT id FROM companies WHERE slug = 'company-0'`;
  const id = row?.id ?? '';
  await sql`UPDATE sso_identities SET company_id = ${id}`;
  await sql`UPDATE logins SET company_id = ${id}`;
  await sql`VACUUM ANALYZE`;
  return id;
}
