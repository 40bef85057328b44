/**
 * The digest of a company's SSO identities, as a consumer computes it from its copy of `sso.identities`. Compared with
 * that of the administrative API it names the buckets in which they differ.
 */
import type { IdentityState } from './identity-state.ts';

/** What the digest is made from. */
export type DigestedState = Pick<IdentityState, 'sso_identity_id' | 'user_id' | 'sequence'> & {
  state: string;
};

export interface IdentitiesDigest {
  /** SSO identities. */
  count: number;
  /** The highest `sequence`; null where there is none. */
  max_sequence: number | null;
  /** 256 SHA-256 in hex: of the SSO identities whose id begins with these two hex digits. */
  buckets: string[];
}

/** The SHA-256 of nothing. */
export const EMPTY_BUCKET = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * The digest of a company's SSO identities. Each is one line, `sso_identity_id sequence state user_id` with one space
 * between, an empty `user_id` for null, and a line feed; a bucket has its lines in the order of the ids.
 * @param states all of the company's, in any order
 * @example
 * const copy = [{ sso_identity_id: '5b7f0d2c-91ae-8d3b-a6c4-2f10e8b7d935', sequence: 4711, state: 'linked', user_id: 'u-1' }];
 * const { count, max_sequence, buckets } = await digestIdentities(copy);
 */
export async function digestIdentities(states: Iterable<DigestedState>): Promise<IdentitiesDigest> {
  const lines = new Map<number, [id: string, line: string][]>();
  let count = 0;
  let maxSequence: number | null = null;
  for (const { sso_identity_id: id, sequence, state, user_id: userId } of states) {
    const bucket = Number.parseInt(id.slice(0, 2), 16);
    const line: [string, string] = [id, `${id} ${sequence} ${state} ${userId ?? ''}\n`];
    if (lines.get(bucket)?.push(line) === undefined) lines.set(bucket, [line]);
    count += 1;
    maxSequence = Math.max(maxSequence ?? 0, sequence);
  }
  const buckets = Array<string>(256).fill(EMPTY_BUCKET);
  for (const [bucket, found] of lines) {
    const text = found
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, line]) => line)
      .join('');
    buckets[bucket] = await sha256(text);
  }
  return { count, max_sequence: maxSequence, buckets };
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
