/**
 * A login attempt lives in the browser that began it: a sealed, expiring cookie of its own for each, named
 * after its state. So two tabs work, nothing is stored for a login that never comes back, and a callback is
 * bound to the browser and to the SSO client that it began with.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import type { Cookies } from '../http/cookies.ts';
import type { Sealer } from '../seal.ts';
import { hashToken } from '../tokens.ts';

export interface Attempt {
  state: string;
  nonce: string;
  verifier: string;
  ssoClientId: string;
  ssoClientVersion: number;
  /** Of a test link: what comes of it is shown, and never recorded. */
  test?: true;
  /** Absent for true; false where it was begun again without the scope, which the provider had refused. */
  offlineAccess?: false;
  /** Its slug: where the attempt comes to nothing, a page leads back to the company's sign-in. */
  company: string;
  returnTo: string;
  /**
   * The session token that this attempt leads to. Known from the start, so that a callback that is sent
   * twice, or whose answer was lost after the commit, ends in the one session that was recorded.
   */
  sessionToken: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

const PREFIX = '__Host-sso_attempt_';
/** Tabs at once. */
const MAX_ATTEMPTS = 5;
/** All of them together, in bytes of the Cookie line: nginx answers 400 above 8 KiB, and the product has cookies, too. */
const MAX_BYTES = 4_000;

/** Begins with a time stamp in base 36, so that the oldest is known without opening any. */
export function attemptCookieName(state: string, startedAt: number): string {
  return `${PREFIX}${startedAt.toString(36)}_${hashToken(state).toString('hex').slice(0, 16)}`;
}

export function sealAttempt(sealer: Sealer, attempt: Attempt): { name: string; value: string } {
  const name = attemptCookieName(attempt.state, attempt.startedAt);
  return { name, value: sealer.seal(pack(attempt), name) };
}

/**
 * Characters of JSON from which an attempt is compressed: nginx accepts 4 KiB of headers in an answer, and return_to
 * may have 2048 bytes. The size shows no secret (CRIME, CVE-2012-4929), because each attempt has new ones.
 */
const COMPRESS_FROM = 1_024;
const ZLIB_HEADER = 0x78;

function pack(attempt: Attempt): string | Buffer {
  const json = JSON.stringify(attempt);
  return json.length < COMPRESS_FROM ? json : deflateSync(json);
}

function unpack(bytes: Buffer): Attempt {
  return JSON.parse((bytes[0] === ZLIB_HEADER ? inflateSync(bytes) : bytes).toString('utf8')) as Attempt;
}

/** As for tokens (provider/id-token.ts). */
const CLOCK_TOLERANCE_MS = 60_000;

/** As we name them. Another name may hold what no `Set-Cookie` takes. */
const NAME = new RegExp(`^${PREFIX}[0-9a-z]+_[0-9a-f]{16}$`);

/** The browser's cookies that must go, so that one more attempt finds room: the oldest ones. */
export function attemptsToForget(cookies: Cookies, added: { name: string; value: string }): string[] {
  const names = Object.keys(cookies)
    .filter((name) => NAME.test(name))
    .sort();
  const size = (name: string, value: string) => name.length + value.length + '=; '.length;
  let bytes = size(added.name, added.value);
  // The newest first: a name begins with the time.
  const kept = names
    .slice(1 - MAX_ATTEMPTS)
    .reverse()
    .filter((name) => {
      bytes += size(name, cookies[name] ?? '');
      return bytes <= MAX_BYTES;
    });
  return names.filter((name) => !kept.includes(name));
}

/**
 * The attempt that this browser began with this state, and its cookie's name; undefined where there is none
 * or it is older than `ttl` milliseconds.
 */
export function openAttempt(
  sealer: Sealer,
  cookies: Cookies,
  state: string,
  ttl: number,
): { name: string; attempt: Attempt } | undefined {
  const suffix = `_${hashToken(state).toString('hex').slice(0, 16)}`;
  for (const [name, value = ''] of Object.entries(cookies)) {
    // What is under another name doesn't unseal: the name is sealed with it.
    if (!name.endsWith(suffix)) continue;
    const attempt = unseal(sealer, name, value);
    if (attempt?.state !== state) continue;
    const age = Date.now() - attempt.startedAt;
    // Another server may have sealed it, by a clock that is ahead.
    return age >= -CLOCK_TOLERANCE_MS && age <= ttl ? { name, attempt } : undefined;
  }
  return undefined;
}

function unseal(sealer: Sealer, name: string, value: string): Attempt | undefined {
  try {
    return unpack(sealer.openBytes(value, name));
  } catch {
    return undefined;
  }
}
