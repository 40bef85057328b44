/**
 * Which issuer is a JumpCloud application's? The customer is never asked for a region, so each listed issuer's
 * token endpoint is given a code that nobody issued. A provider looks at the client first: `invalid_grant`
 * says that id, secret and method are right, `invalid_client` that they aren't (RFC 6749 §5.2).
 */
import { randomBytes } from 'node:crypto';
import { boundedFetch } from '../bounded-fetch.ts';
import type { Issuer } from '../config.ts';
import { SsoLinkError } from '../errors.ts';
import { readDescription } from '../provider/description.ts';
import { createDiscovery } from '../provider/discovery.ts';

export type AuthMethod = 'client_secret_post' | 'client_secret_basic';

export interface Credential {
  clientId: string;
  clientSecret: string;
  authMethod: AuthMethod;
}

/** What a probe asks of the network. */
export interface ProbeNetwork {
  /** By the issuer's discovery. */
  tokenEndpoint(issuer: string): Promise<string>;
  /** Bounded in time and size; follows no redirect. */
  fetch: typeof boundedFetch;
}

/**
 * The issuer that a client is of, found by asking; without a check, the one that the operator names, or had.
 * @throws SsoLinkError as `findIssuer`, or `region_not_found`, `region_missing`
 */
export async function resolveIssuer(
  listed: readonly Issuer[],
  credential: Credential,
  options: { region: string | undefined; check: boolean; present?: Issuer },
): Promise<Issuer> {
  const candidates =
    options.region === undefined ? listed : listed.filter((issuer) => issuer.region === options.region);
  if (candidates.length === 0) {
    throw new SsoLinkError(
      'region_not_found',
      `JUMPCLOUD_ISSUERS names no region '${options.region}': it has ${listed.map((i) => i.region).join(', ')}`,
    );
  }
  if (options.check) return findIssuer(candidates, credential, networkOf(listed));
  const [only, another] = candidates;
  if (only && !another) return only;
  if (options.present) return options.present;
  throw new SsoLinkError('region_missing', 'the region is not known without asking JumpCloud');
}

/** What an issuer says of a credential; `unclear`: no answer, or one that tells neither. */
export type CredentialAnswer = 'works' | 'refused' | 'unclear';

/** Asks an issuer whether it knows a credential. Never throws: an issuer that does not answer is `unclear`. */
export async function checkCredential(issuer: Issuer, credential: Credential): Promise<CredentialAnswer> {
  const { kind } = await ask(issuer, credential, networkOf([issuer]));
  return ({ right: 'works', wrong: 'refused', unclear: 'unclear' } as const)[kind];
}

function networkOf(listed: readonly Issuer[]): ProbeNetwork {
  const discovery = createDiscovery(listed);
  return {
    tokenEndpoint: async (issuer) => (await discovery.metadata(issuer)).tokenEndpoint,
    fetch: boundedFetch,
  };
}

type Finding =
  | { issuer: Issuer; kind: 'right' }
  | { issuer: Issuer; kind: 'wrong'; description: string | undefined }
  /** No answer, or one that tells neither. */
  | { issuer: Issuer; kind: 'unclear'; why: string };

/**
 * Asks the issuers, all at once, and returns the one that knows the credential.
 * @throws SsoLinkError `client_credential_wrong`, `client_check_failed` naming who gave no clear answer,
 * `client_region_ambiguous`
 */
export async function findIssuer(
  issuers: readonly Issuer[],
  credential: Credential,
  network: ProbeNetwork,
): Promise<Issuer> {
  const findings = await Promise.all(issuers.map((issuer) => ask(issuer, credential, network)));
  const right = findings.filter((f) => f.kind === 'right').map((f) => f.issuer);
  const unclear = findings.filter((f) => f.kind === 'unclear');
  const [only, another] = right;
  if (only && another) {
    const regions = right.map((i) => i.region).join(', ');
    throw new SsoLinkError('client_region_ambiguous', `several regions know this client (${regions})`);
  }
  if (only) return only;
  const asked = issuers.map((i) => i.region).join(', ');
  if (unclear.length > 0) {
    const whys = unclear.map((f) => `${f.issuer.region}: ${f.why}`).join('; ');
    throw new SsoLinkError('client_check_failed', `the client could not be checked (${whys})`);
  }
  const said = findings.flatMap((f) =>
    f.kind === 'wrong' && f.description ? [`${f.issuer.region} says: ${f.description}`] : [],
  );
  throw new SsoLinkError(
    'client_credential_wrong',
    `JumpCloud refuses this client (asked: ${asked}): look at the client id, the client secret, and at the ` +
      `Client Authentication Type, which must be '${TYPE_AT_JUMPCLOUD[credential.authMethod]}' there` +
      (said.length > 0 ? ` (${said.join('; ')})` : ''),
  );
}

/** As JumpCloud's console calls them. */
const TYPE_AT_JUMPCLOUD = {
  client_secret_post: 'Client Secret Post',
  client_secret_basic: 'Client Secret Basic',
} as const;

async function ask(issuer: Issuer, credential: Credential, network: ProbeNetwork): Promise<Finding> {
  try {
    const endpoint = await network.tokenEndpoint(issuer.url);
    const { status, body } = await network.fetch(endpoint, request(credential));
    const error = status >= 400 && status < 500 ? errorOf(body) : undefined;
    if (error === 'invalid_grant') return { issuer, kind: 'right' };
    if (error === 'invalid_client') {
      const description = descriptionOf(body, [credential.clientSecret]);
      return { issuer, kind: 'wrong', description };
    }
    return {
      issuer,
      kind: 'unclear',
      why: `the token endpoint answered ${status}${error ? ` ${error}` : ''}`,
    };
  } catch (error) {
    const why = error instanceof SsoLinkError ? error.message : 'no answer';
    return { issuer, kind: 'unclear', why };
  }
}

function request({ clientId, clientSecret, authMethod }: Credential) {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: randomBytes(24).toString('base64url'),
    redirect_uri: 'https://sso-link.invalid/login/callback',
    code_verifier: randomBytes(32).toString('base64url'),
  });
  const headers: Record<string, string> = { accept: 'application/json' };
  if (authMethod === 'client_secret_post') {
    body.set('client_id', clientId);
    body.set('client_secret', clientSecret);
  } else {
    // RFC 6749 §2.3.1: both are form-encoded before they are joined.
    const joined = `${formEncode(clientId)}:${formEncode(clientSecret)}`;
    headers.authorization = `Basic ${Buffer.from(joined).toString('base64')}`;
  }
  return { method: 'POST', headers, body };
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

/** Hydra names the right authentication method there. */
function descriptionOf(body: Buffer, secrets: string[]): string | undefined {
  try {
    const { error_description } = JSON.parse(body.toString('utf8')) as { error_description?: unknown };
    return readDescription(error_description, secrets);
  } catch {
    return undefined;
  }
}

/** RFC 6749 §5.2; what isn't a plain error code is none, so that nothing else reaches a terminal. */
function errorOf(body: Buffer): string | undefined {
  try {
    const { error } = JSON.parse(body.toString('utf8')) as { error?: unknown };
    return typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : undefined;
  } catch {
    return undefined;
  }
}
