import { SsoLinkError } from '../errors.ts';
import { singleFlight } from '../promises.ts';

const ANSWER_MS = 10_000;
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
  let answer: Response;
  let body: { access_token?: unknown; expires_in?: unknown; error?: unknown };
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}`, accept: 'application/json' },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== '' && { scope }) }),
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'error',
    });
    body = (await answer.json()) as typeof body;
  } catch (error) {
    const { cause, message } = error as Error;
    throw refused(`does not answer (${(cause as Error | undefined)?.message ?? message})`);
  }
  if (!answer.ok || typeof body.access_token !== 'string') {
    const code = typeof body.error === 'string' ? `: ${body.error.slice(0, 100)}` : '';
    throw refused(
      `answers ${answer.status}${code}: check KAFKA_OAUTH_CLIENT_ID, KAFKA_OAUTH_CLIENT_SECRET and KAFKA_OAUTH_SCOPE`,
    );
  }
  return { token: body.access_token, life: Number(body.expires_in) || DEFAULT_LIFE_S };
}

/** Like brokers that refuse a password: a role waits and logs the sentence, since the endpoint may be restarting. */
const refused = (why: string) => new SsoLinkError('kafka_unavailable', `KAFKA_OAUTH_TOKEN_URL ${why}`);
