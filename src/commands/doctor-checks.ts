/** What `doctor` looks at. A check answers with what it found, or throws what is wrong and what to do. */
import { readFile } from 'node:fs/promises';
import { getDomain } from 'tldts';
import { boundedFetch } from '../bounded-fetch.ts';
import { type Config, type Issuer, separateSignInUrl } from '../config.ts';
import { type Database, IDLE_IN_TRANSACTION, openDatabase } from '../db/client.ts';
import type { DatabaseSource } from '../db/source.ts';
import { SsoLinkError } from '../errors.ts';
import { fetchMetadata } from '../provider/discovery.ts';
import type { Sealer } from '../seal.ts';
import { SEALED_COLUMNS, sealedValues, unsealOrUndefined } from './reseal.ts';

/** Between the database and us: expiries are set by one and compared by the other. */
const DATABASE_SKEW_MS = 5_000;
/** Half of what an ID token is allowed: beyond it logins will soon be refused. */
const ISSUER_SKEW_MS = 30_000;
/** Sealed values of one column that are tried. */
const SEALED_BATCHES = 5;

const wrong = (message: string) => new SsoLinkError('doctor', message);

/** Reachable, and its clock agrees with ours. */
export async function checkDatabase({ sql }: Pick<Database, 'sql'>): Promise<string> {
  const before = Date.now();
  const [row] = await sql<{ version: string; now: number }[]>`
    SELECT current_setting('server_version') AS version,
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`;
  const skew = Math.round((row?.now ?? 0) - (before + Date.now()) / 2);
  if (Math.abs(skew) > DATABASE_SKEW_MS) {
    throw wrong(`its clock differs from this machine by ${seconds(skew)}: synchronize both with NTP`);
  }
  return `PostgreSQL ${row?.version}, its clock ${seconds(skew)} off ours`;
}

/** Attempts: a pooler that takes its server connections in turn needs more than one. */
const POOLER_TRIES = 4;

/**
 * Which pooler is between us and PostgreSQL. A pooler does not pass the session's time limits on (db/open-connection.ts). In
 * transaction mode a client is given the server connection that another idle client used last; in session mode that
 * one keeps it.
 */
export async function checkPooler(source: DatabaseSource): Promise<string> {
  const clients = [1, 2].map(() => openDatabase(source, { name: 'doctor', max: 1 }));
  const pids = clients.map(() => new Set<number>());
  try {
    for (let n = 0; n < POOLER_TRIES; n += 1) {
      for (const [i, { sql }] of clients.entries()) {
        const [row] = await sql<{ pid: number; limit: string }[]>`
          SELECT pg_backend_pid() AS pid, current_setting('idle_in_transaction_session_timeout') AS limit`;
        if (row?.limit === IDLE_IN_TRANSACTION) return 'none: connections go to PostgreSQL itself';
        pids[i]?.add(row?.pid ?? 0);
      }
    }
    const [one, other] = pids;
    const shared = [...(one ?? [])].some((pid) => other?.has(pid));
    return shared
      ? 'transaction mode; set DATABASE_DIRECT_URL for `migrate`, and for relay and server, which else poll'
      : 'session mode; its pool must hold the connections of every process';
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

const JOURNAL = new URL('../../drizzle/meta/_journal.json', import.meta.url);

export async function checkMigrations({ sql }: Pick<Database, 'sql'>): Promise<string> {
  const { entries } = JSON.parse(await readFile(JOURNAL, 'utf8')) as { entries: { when: number }[] };
  const [table] = await sql<{ there: boolean }[]>`
    SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS there`;
  const applied = table?.there
    ? await sql<{ at: string }[]>`SELECT created_at::text AS at FROM drizzle.__drizzle_migrations`
    : [];
  const known = new Set(applied.map((row) => Number(row.at)));
  const missing = entries.filter((entry) => !known.has(entry.when)).length;
  if (missing > 0) throw wrong(`${missing} of ${entries.length} are missing: run \`sso-link migrate\``);
  const newer = known.size - entries.length;
  return newer > 0
    ? `all ${entries.length}, and ${newer} of a newer version`
    : `all ${entries.length} applied`;
}

/** Whether SECRET_KEYS open what is sealed. */
export async function checkSealed(database: Pick<Database, 'sql'>, sealer: Sealer): Promise<string> {
  let [tried, stale] = [0, 0];
  const broken: string[] = [];
  for (const column of SEALED_COLUMNS) {
    let batches = 0;
    let unreadable = 0;
    for await (const rows of sealedValues(database, column)) {
      tried += rows.length;
      stale += rows.filter((row) => sealer.isStale(row.sealed)).length;
      unreadable += rows.filter(
        (row) => unsealOrUndefined(sealer, row.sealed, column.bound(row.of)) === undefined,
      ).length;
      if (++batches === SEALED_BATCHES) break;
    }
    if (unreadable > 0) broken.push(`${unreadable} of ${column.table}.${column.column}`);
  }
  if (broken.length > 0) {
    throw wrong(
      `SECRET_KEYS cannot decrypt everything: ${broken.join(', ')}. Restore the key that encrypted them. If it is lost, ` +
        'replace the secrets: `client update --client-secret-stdin`, `keys rotate`; people must sign in again',
    );
  }
  return stale > 0 ? `${tried} open, ${stale} by an older key: \`keys reseal\`` : `${tried} open`;
}

/** An SSO client of an issuer that is no longer listed signs nobody in; without a domain, nobody new. */
export async function checkClients(
  { sql }: Pick<Database, 'sql'>,
  issuers: readonly Issuer[],
): Promise<string> {
  const clients = await sql<{ slug: string; issuer: string; domain: boolean }[]>`
    SELECT c.slug, k.issuer, EXISTS (SELECT FROM company_domains d WHERE d.company_id = c.id) AS domain
    FROM sso_clients k JOIN companies c ON c.id = k.company_id
    WHERE k.status = 'active' AND c.status = 'active' ORDER BY c.slug`;
  const listed = new Set(issuers.map((i) => i.url));
  const refused = clients.filter((client) => !listed.has(client.issuer));
  if (refused.length > 0) {
    const some = refused.slice(0, 5).map((c) => `${c.slug} (${c.issuer})`);
    throw wrong(
      `the people of ${refused.length} companies can't sign in, JUMPCLOUD_ISSUERS lacks their issuer: ${some.join(', ')}`,
    );
  }
  const bare = clients.filter((client) => !client.domain).map((client) => client.slug);
  const active = `${clients.length} active, all of listed issuers`;
  return bare.length === 0
    ? active
    : `${active}; everybody new is refused at ${bare.length} without a proven domain (\`domain add\`): ${bare.slice(0, 5).join(', ')}`;
}

/** Discovery, keys, and the clock by the answer's Date. */
export async function checkIssuer({ url: issuer }: Issuer): Promise<string> {
  const metadata = await fetchMetadata(issuer);
  const before = Date.now();
  const { status, headers, body } = await boundedFetch(metadata.jwksUri);
  const keys = status === 200 ? keysOf(body) : 0;
  if (keys === 0) throw wrong(`${issuer} publishes no keys (${metadata.jwksUri} answered ${status})`);
  const date = Date.parse(headers.get('date') ?? '') + Number(headers.get('age') ?? 0) * 1_000;
  if (Number.isNaN(date)) return `${issuer} has ${keys} keys and tells no time`;
  // The header counts whole seconds, rounded down.
  const skew = Math.round(date + 500 - (before + Date.now()) / 2);
  if (Math.abs(skew) > ISSUER_SKEW_MS) {
    throw wrong(
      `our clock is ${seconds(-skew)} off ${issuer}'s: set it by NTP, logins are refused beyond 60 s`,
    );
  }
  return `${issuer} has ${keys} keys, its clock ${seconds(skew)} off ours`;
}

function keysOf(body: Buffer): number {
  try {
    const { keys } = JSON.parse(body.toString('utf8')) as { keys?: unknown };
    return Array.isArray(keys) ? keys.length : 0;
  } catch {
    return 0;
  }
}

/**
 * The product reads /session by a same-site fetch, so all of them share a scheme and a registrable domain.
 * Loopback hosts are for a laptop and stand aside.
 */
export function checkSite(urls: readonly string[]): string {
  const away = urls.map((text) => new URL(text)).filter((url) => !isLoopback(url.hostname));
  const sites = new Set(away.map((url) => `${url.protocol}//${siteOf(url.hostname)}`));
  const [site] = sites;
  if (site === undefined) return 'all on loopback hosts';
  if (away.length < urls.length || sites.size > 1) {
    throw wrong(
      'PUBLIC_URL, APP_URL and RETURN_ORIGINS must share one registrable domain, or the product cannot read ' +
        `/session: they have ${[...sites, ...(away.length < urls.length ? ['a loopback host'] : [])].join(', ')}`,
    );
  }
  return `all on ${site}`;
}

/** A product that has another way in names its page: APP_URL sends people back here. */
export function checkSignIn(config: Config<'APP_URL' | 'SOCIAL_LOGIN_URL'>): string {
  const url = separateSignInUrl(config);
  return url === undefined
    ? "pages offer no other way to sign in: if the product has one, set SOCIAL_LOGIN_URL to that page, which isn't APP_URL"
    : `other ways to sign in are at ${url}`;
}

function siteOf(host: string): string {
  return getDomain(host, { allowPrivateDomains: true }) ?? host;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
