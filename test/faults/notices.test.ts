import postgres from 'postgres';
import t from 'tap';
import { kafkaAvailable } from '../../dev/kafka.ts';
import { openDatabase } from '../../src/db/client.ts';
import { until } from '../support/until.ts';
import { decided } from './examine.ts';
import { install, somePeople } from './installation.ts';
import { signInLoad } from './load.ts';
import { startRole } from './role-process.ts';

const kafka = await kafkaAvailable();
const skip = kafka.available ? false : kafka.reason;
const ROLES = ['server', 'relay', 'worker'] as const;

t.test(
  'PostgreSQL sends notices on every connection, LISTEN included: each line of each role is JSON',
  { skip, timeout: 180_000 },
  async (t) => {
    const people = somePeople(10);
    const installed = await install({ people, env: { LOG_LEVEL: 'trace' } });
    t.teardown(installed.stop);
    const url = installed.env.DATABASE_URL as string;
    const database = openDatabase(url, { name: 'notices test', max: 2 });
    t.teardown(database.close);
    // Each statement of each session from now on is answered with DEBUG messages, which are notices.
    const { pathname } = new URL(url);
    await database.sql.unsafe(`ALTER DATABASE "${pathname.slice(1)}" SET client_min_messages = 'debug5'`);
    let notices = 0;
    const plain = postgres(url, { max: 1, onnotice: () => (notices += 1) });
    await plain`LISTEN sso_link_outbox`;
    await plain.end();
    t.ok(notices > 0, `${notices} notices for one LISTEN`);

    const lines: string[] = [];
    for (const name of ROLES) {
      const port = name === 'server' ? { port: installed.port } : {};
      const role = await startRole(name, installed.env, { ...port, onLog: (line) => lines.push(line) });
      t.teardown(() => role.kill());
    }
    const load = signInLoad({ ...installed, people, atOnce: 2 });
    t.teardown(load.stop);
    await until(() => load.signedIn() >= 10, 60_000);
    await database.sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name ~ '^sso-link (server|relay|worker)'`;
    const before = load.signedIn();
    await until(() => load.signedIn() >= before + 5, 60_000);
    await until(async () => (await decided(database)) >= before, 60_000);
    t.same(
      lines.filter((line) => !isJson(line)),
      [],
    );
    for (const role of ROLES)
      t.ok(
        lines.some((line) => line.includes(`"role":"${role}"`)),
        role,
      );
  },
);

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
