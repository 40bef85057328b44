/** The SSO client that people sign in by: read afresh for each login, since operators change them. */
import type { PendingQuery, Row } from 'postgres';
import type { Database } from '../db/client.ts';
import { domainOf, normalizeEmail } from '../email.ts';
import { SsoLinkError } from '../errors.ts';
import type { OAuthClient } from '../provider/oauth-clients.ts';
import type { LiveSecret } from '../provider/provider.ts';
import type { Sealer } from '../seal.ts';
import { isSlug } from './slug.ts';
import { clientSecretAssociatedData } from './sso-client-rows.ts';

type Sql = Database['sql'];

export interface SsoClient extends OAuthClient {
  issuer: string;
  organization: string | null;
  logoutAtProvider: boolean;
  secrets: readonly LiveSecret[];
  company: {
    id: string;
    slug: string;
    name: string;
    /** Its directory pushes who may still sign in. */
    hasDirectory: boolean;
  };
}

interface SsoClientRow extends Omit<SsoClient, 'clientSecret' | 'company'> {
  companyId: string;
  slug: string;
  companyName: string;
  hasDirectory: boolean;
}

/** The active SSO client of an active company, by slug or by the SSO client's id. */
export async function findSsoClient(
  { sql }: Pick<Database, 'sql'>,
  sealer: Sealer,
  by: { company: string } | { id: string },
): Promise<SsoClient | undefined> {
  if ('company' in by && !isSlug(by.company)) return undefined;
  // A statement of its own for each: an OR over two tables reads every company.
  const which = 'company' in by ? sql`c.slug = ${by.company}` : sql`k.id = ${by.id}`;
  const [row] = await sql<SsoClientRow[]>`SELECT ${columns(sql)} ${active(sql)} AND ${which}`;
  return row && opened(sealer, row);
}

/** The SSO client that a test link was made for, where it is unchanged since. It may be a draft. */
export async function findTested(
  { sql }: Pick<Database, 'sql'>,
  sealer: Sealer,
  { company, ssoClientId, version }: { company: string; ssoClientId: string; version: number },
): Promise<SsoClient | undefined> {
  const [row] = await sql<SsoClientRow[]>`
    SELECT ${columns(sql)} ${testable(sql)}
    AND k.id = ${ssoClientId} AND k.version = ${version} AND c.slug = ${company}`;
  return row && opened(sealer, row);
}

/**
 * The SSO client that an attempt began with, and whether its login is recorded already: both by one statement.
 * @param recorded the statement that finds the login: its one value, or no row
 * @returns `recorded` is null where no login was found
 */
export async function findAttempted(
  { sql }: Pick<Database, 'sql'>,
  sealer: Sealer,
  attempt: { ssoClientId: string; test?: boolean },
  recorded: PendingQuery<Row[]>,
): Promise<{ client: SsoClient; recorded: boolean | null } | undefined> {
  const [row] = await sql<(SsoClientRow & { recorded: boolean | null })[]>`
    SELECT ${columns(sql)}, (${recorded}) AS recorded
    ${attempt.test ? testable(sql) : active(sql)} AND k.id = ${attempt.ssoClientId}`;
  if (row === undefined) return undefined;
  const { recorded: isRecorded, ...client } = row;
  return { client: opened(sealer, client), recorded: isRecorded };
}

const columns = (sql: Sql) => sql`
  k.id, k.version, k.issuer, k.client_id AS "clientId", ${liveSecrets(sql)} AS secrets,
  k.auth_method AS "authMethod", k.organization, k.logout_at_provider AS "logoutAtProvider",
  c.id AS "companyId", c.slug, c.name AS "companyName", c.directory_enabled AS "hasDirectory"`;

/**
 * The one that worked last first, one that was refused since it worked last: as `inOrder` of client-secret-rows.ts. `noted`: that it works was written down in the
 * last five minutes, and no refusal since.
 */
const liveSecrets = (sql: Sql) => sql`(
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'sealed', s.secret, 'noted', coalesce(
      s.last_worked_at > greatest(now() - interval '5 minutes', s.last_refused_at), false))
    ORDER BY coalesce(s.last_refused_at > coalesce(s.last_worked_at, '-infinity'), false),
      s.last_worked_at DESC NULLS LAST, s.added_at DESC, s.id DESC), '[]')
  FROM sso_client_secrets s WHERE s.sso_client_id = k.id AND s.retired_at IS NULL)`;

const active = (sql: Sql) => sql`
  FROM sso_clients k JOIN companies c ON c.id = k.company_id WHERE k.status = 'active' AND c.status = 'active'`;

/** A test asks neither for the one nor for the other: it is what comes before. */
const testable = (sql: Sql) => sql`
  FROM sso_clients k JOIN companies c ON c.id = k.company_id WHERE k.status IN ('draft', 'active')`;

function opened(sealer: Sealer, row: SsoClientRow): SsoClient {
  const { companyId, slug, companyName, hasDirectory, ...client } = row;
  const [first] = client.secrets;
  if (first === undefined) {
    throw new SsoLinkError('client_secret_missing', `SSO client ${client.id} has no client secret: add one`);
  }
  return {
    ...client,
    clientSecret: sealer.open(first.sealed, clientSecretAssociatedData(client.id)),
    company: { id: companyId, slug, name: companyName, hasDirectory },
  };
}

/** The company that a person can sign in to by SSO, by its slug or by the domain of a work email; its logo's hash. */
export async function findCompany(
  { sql }: Pick<Database, 'sql'>,
  by: { slug: string } | { email: string },
): Promise<{ slug: string; name: string; logo: string | null } | undefined> {
  if ('slug' in by && !isSlug(by.slug)) return undefined;
  const email = 'email' in by ? normalizeEmail(by.email) : null;
  const which =
    'slug' in by
      ? sql`c.slug = ${by.slug}`
      : sql`c.id = (SELECT company_id FROM company_domains WHERE domain = ${email && domainOf(email)})`;
  const [row] = await sql<{ slug: string; name: string; logo: string | null }[]>`
    SELECT c.slug, c.name, l.hash AS logo FROM companies c
    JOIN sso_clients k ON k.company_id = c.id AND k.status = 'active'
    LEFT JOIN company_logos l ON l.company_id = c.id
    WHERE ${which} AND c.status = 'active'`;
  return row;
}

/** Writes down `jc_org` at the first success, for a warning when it ever changes. */
export async function rememberOrganization(
  { sql }: Pick<Database, 'sql'>,
  client: SsoClient,
  organization: string,
): Promise<void> {
  await sql`UPDATE sso_clients SET organization = ${organization}
    WHERE id = ${client.id} AND organization IS NULL`;
}
