import type { Database } from '../db/client.ts';

/** The SSO client that a logout token is for, and its company. */
export interface LogoutAddressee {
  ssoClientId: string;
  issuer: string;
  /** As JumpCloud calls it. */
  clientId: string;
  region: string;
  company: { id: string; slug: string };
}

/**
 * The SSO client of an issuer by its client id, whatever its status and its company's: a logout may end sessions that
 * cannot be used at present.
 */
export async function findLogoutAddressee(
  { sql }: Pick<Database, 'sql'>,
  { issuer, clientId }: { issuer: string; clientId: string },
): Promise<LogoutAddressee | undefined> {
  const [row] = await sql<{ id: string; region: string; companyId: string; slug: string }[]>`
    SELECT k.id, k.region, c.id AS "companyId", c.slug
    FROM sso_clients k JOIN companies c ON c.id = k.company_id
    WHERE k.issuer = ${issuer} AND k.client_id = ${clientId}`;
  if (row === undefined) return undefined;
  const { id, region, companyId, slug } = row;
  return { ssoClientId: id, issuer, clientId, region, company: { id: companyId, slug } };
}
