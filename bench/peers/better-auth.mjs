/**
 * Peer (b): Better Auth with its SSO plugin on PostgreSQL, the company's provider in the database. The fastest
 * way it has: endpoints stored (no discovery for each login), no userinfo, rate limit and log off, a cookie
 * cache for sessions, its own handler on a bare node:http server.
 */
import { createServer } from 'node:http';
import { sso } from '@better-auth/sso';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';

const { ISSUER, PORT, CLIENT_ID, CLIENT_SECRET, DATABASE_URL } = process.env;
const origin = `http://localhost:${PORT}`;
const provider = new URL(ISSUER).origin;
const database = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });

const options = {
  baseURL: origin,
  secret: 'a secret of thirty-two characters or more',
  database,
  trustedOrigins: [origin, provider],
  rateLimit: { enabled: false },
  logger: { disabled: true },
  telemetry: { enabled: false },
  session: { cookieCache: { enabled: true, maxAge: 300 } },
  account: { accountLinking: { enabled: true } },
  plugins: [sso({ trustEmailVerified: true })],
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);

const oidcConfig = {
  issuer: ISSUER,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  authorizationEndpoint: `${provider}/oauth2/auth`,
  tokenEndpoint: `${provider}/oauth2/token`,
  jwksEndpoint: `${provider}/.well-known/jwks.json`,
  discoveryEndpoint: `${provider}/.well-known/openid-configuration`,
  tokenEndpointAuthentication: 'client_secret_post',
  pkce: true,
};
await database.query(
  `INSERT INTO "user" (id, name, email, "emailVerified") VALUES ('1', 'Operator', 'operator@acme.test', true)`,
);
await database.query(
  `INSERT INTO "ssoProvider" (id, issuer, "oidcConfig", "providerId", domain, "userId")
   VALUES ('1', $1, $2, 'acme', 'acme.test', '1')`,
  [ISSUER, JSON.stringify(oidcConfig)],
);

createServer(toNodeHandler(auth)).listen(Number(PORT), '127.0.0.1', () => process.send?.('ready'));
process.on('disconnect', () => process.exit());
