/**
 * A test link lets one person try an SSO client before it is turned on for everyone. Its token is sealed and
 * stored nowhere: it is good for tests alone, of one SSO client as it is now, and for an hour.
 */
import type { Sealer } from '../seal.ts';

/** Milliseconds. */
export const TEST_LINK_TTL = 60 * 60_000;
const BOUND_TO = 'test-link';

/** The SSO client as it was when the link was made: a changed one wants a new link. */
export interface TestedClient {
  ssoClientId: string;
  version: number;
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
