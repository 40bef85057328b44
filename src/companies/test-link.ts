/**
 * A test link lets one person try an SSO client before it is turned on for everyone. Its token is sealed and
 * stored nowhere: it is good for tests alone, of one SSO client as it is now, and for an hour.
 */
import type { Sealer } from '../seal.ts';
import type { SsoClientView } from './sso-client-rows.ts';
import { clientToTest } from './sso-clients.ts';

/** Milliseconds. */
export const TEST_LINK_TTL = 60 * 60_000;
const BOUND_TO = 'test-link';

/** The SSO client's version when the link was made. After a change a new link is required. */
export interface TestedClient {
  ssoClientId: string;
  version: number;
}

/**
 * Makes a link by which one person tests a company's SSO client; the draft where there is one, else the active one.
 * @throws SsoLinkError `company_not_found`, `client_not_found`
 */
export async function createTestLink(
  database: Parameters<typeof clientToTest>[0],
  sealer: Sealer,
  { slug, id, publicUrl }: { slug: string; id: string | undefined; publicUrl: string },
): Promise<{ client: SsoClientView; url: string; expiresAt: Date }> {
  const client = await clientToTest(database, slug, id);
  const expiresAt = new Date(Date.now() + TEST_LINK_TTL);
  const token = sealTestLink(sealer, { ssoClientId: client.id, version: client.version }, expiresAt);
  const url = `${publicUrl}/login/start?${new URLSearchParams({ company: slug, test: token })}`;
  return { client, url, expiresAt };
}

export function sealTestLink(
  sealer: Sealer,
  { ssoClientId, version }: TestedClient,
  expiresAt: Date,
): string {
  return sealer.seal(JSON.stringify({ ssoClientId, version, expiresAt: expiresAt.getTime() }), BOUND_TO);
}

/** Undefined where the token is none of ours, or its hour is over. */
export function openTestLink(sealer: Sealer, token: string): TestedClient | undefined {
  try {
    const { expiresAt, ...client } = JSON.parse(sealer.open(token, BOUND_TO)) as TestedClient & {
      expiresAt: number;
    };
    return Date.now() < expiresAt ? client : undefined;
  } catch {
    return undefined;
  }
}
