/**
 * Peer (b): Better Auth's `get-session` on PostgreSQL. Its cookie cache is off, since it answers from the cookie for as
 * long as it is valid, whatever became of the session: ours reads suspension and revocation on each request. Rate limit
 * and log are off; the session is not extended while it is measured. SESSIONS sessions are made at the start.
 */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';

const { PORT, DATABASE_URL, SESSIONS } = process.env;
const secret = 'a secret of thirty-two characters or more';
const database = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
const options = {
  baseURL: `http://localhost:${PORT}`,
  secret,
  database,
  rateLimit: { enabled: false },
  logger: { disabled: true },
  telemetry: { enabled: false },
  session: { cookieCache: { enabled: false } },
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);

await database.query(
  `INSERT INTO "user" (id, name, email, "emailVerified")
   SELECT 'user-' || n, 'Person ' || n, 'person-' || n || '@acme.test', true FROM generate_series(0, $1::int - 1) AS n`,
  [SESSIONS],
);
await database.query(
  `INSERT INTO session (id, "userId", token, "expiresAt", "createdAt", "updatedAt")
   SELECT 'session-' || n, 'user-' || n, 'token-' || n, now() + interval '7 days', now(), now()
   FROM generate_series(0, $1::int - 1) AS n`,
  [SESSIONS],
);
await database.query('ANALYZE');
const cookies = Array.from({ length: Number(SESSIONS) }, (_, n) => {
  const signature = createHmac('sha256', secret).update(`token-${n}`).digest('base64');
  return `better-auth.session_token=${encodeURIComponent(`token-${n}.${signature}`)}`;
});

createServer(toNodeHandler(auth)).listen(Number(PORT), '127.0.0.1', () => process.send?.({ cookies }));
process.on('disconnect', () => process.exit());
