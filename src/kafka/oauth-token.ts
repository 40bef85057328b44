import { boundedFetch, type ProviderError } from '../bounded-fetch.ts';
import { SsoLinkError } from '../errors.ts';
import { singleFlight } from '../promises.ts';

/** A token is used for this share of its life: the broker must accept it for a while. */
const USED_SHARE = 0.8;
/** Where the answer has no `expires_in`. */
const DEFAULT_LIFE_S = 60;

export interface TokenSettings {
  url: string;
  clientId: string;
  clientSecret: string;
  /** Space-separated; empty for none. */
  scope: string;
}

/**
 * Access tokens by the client credentials grant (RFC 6749 §4.4), kept for 80 % of their life.
 * @returns a function that rejects with SsoLinkError `kafka_unavailable`, which never holds the secret
 */
export function createTokenSource(settings: TokenSettings): () => Promise<string> {
  let kept: { token: string; until: number } | undefined;

  const flight = singleFlight<string>();

  async function renew(): Promise<string> {
    const { token, life } = await requestToken(settings);
    kept = { token, until: Date.now() + life * USED_SHARE * 1_000 };
    return token;
  }

  return async () => (kept !== undefined && Date.now() < kept.until ? kept.token : flight('token', renew));
}

async function requestToken(settings: TokenSettings): Promise<{ token: string; life: number }> {
  const { url, clientId, clientSecret, scope } = settings;
  const encode = (text: string) => encodeURIComponent(text).replace(/%20/g, '+');
  const credentials = Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64');
  const { status, body } = await boundedFetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== '' && { scope }) }),
  }).catch((error: ProviderError) => {
    throw refused(`does not answer (${error.message})`);
  });
  const answer = readAnswer(body);
  if (status !== 200 || typeof answer.access_token !== 'string') {
    const code = typeof answer.error === 'string' ? `: ${answer.error.slice(0, 100)}` : '';
    throw refused(
      `answers ${status}${code}: check KAFKA_OAUTH_CLIENT_ID, KAFKA_OAUTH_CLIENT_SECRET and KAFKA_OAUTH_SCOPE`,
    );
  }
  return { token: answer.access_token, life: Number(answer.expires_in) || DEFAULT_LIFE_S };
}

function readAnswer(body: Buffer): { access_token?: unknown; expires_in?: unknown; error?: unknown } {
  try {
    return JSON.parse(body.toString('utf8')) ?? {};
  } catch {
    return {};
  }
}

/** Like brokers that refuse a password: a role waits and logs the sentence, since the endpoint may be restarting. */
const refused = (why: string) => new SsoLinkError('kafka_unavailable', `KAFKA_OAUTH_TOKEN_URL ${why}`);
