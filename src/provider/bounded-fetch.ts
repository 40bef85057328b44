/**
 * Every answer of a provider that we read ourselves comes through here: bounded in time and size, no
 * redirect followed (GHSA-qp4c-xg64-7c6x), its failure told by a code.
 */
import { codeOf, SsoLinkError } from '../errors.ts';

export const PROVIDER_TIMEOUT_MS = 10_000;
export const PROVIDER_MAX_BYTES = 1024 * 1024;

export type ProviderErrorCode =
  /** No connection: 503. */
  | 'provider_unreachable'
  /** No whole answer in time: 504. */
  | 'provider_timeout'
  /** An answer that no provider should give: 502. */
  | 'provider_answer_invalid'
  /** The provider says that it failed, or that we did something wrong: 502. */
  | 'provider_failed';

export class ProviderError extends SsoLinkError<ProviderErrorCode> {}

export interface BoundedResponse {
  status: number;
  headers: Headers;
  body: Buffer;
}

/** @throws ProviderError; the message names the URL's host and path, never its query. */
export async function boundedFetch(
  url: string,
  init: { method?: string; headers?: Record<string, string>; body?: URLSearchParams } = {},
): Promise<BoundedResponse> {
  const where = new URL(url);
  const named = `${where.host}${where.pathname}`;
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(PROVIDER_TIMEOUT_MS),
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > PROVIDER_MAX_BYTES) {
        throw new ProviderError('provider_answer_invalid', `${named} answered with more than 1 MiB`);
      }
      chunks.push(chunk);
    }
    return { status: response.status, headers: response.headers, body: Buffer.concat(chunks) };
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      throw new ProviderError('provider_timeout', `${named} gave no whole answer within 10 s`);
    }
    // undici's error may hold the request, and so a credential: its code alone is kept.
    const code = codeOf((error as Error).cause) ?? (error as Error).name;
    throw new ProviderError('provider_unreachable', `${named} could not be reached (${code})`);
  }
}

/** The JSON object of a 200 answer. @throws ProviderError */
export async function boundedJson(
  url: string,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const response = await boundedFetch(url, { headers: { accept: 'application/json', ...headers } });
  const where = new URL(url);
  const named = `${where.host}${where.pathname}`;
  if (response.status !== 200) {
    // A 4xx concerns one client or person; all else is an outage, whatever its body.
    const ours = response.status >= 400 && response.status < 500 && response.status !== 429;
    const code = ours ? 'provider_answer_invalid' : 'provider_failed';
    throw new ProviderError(code, `${named} answered ${response.status}`);
  }
  const value = parseJson(response.body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProviderError('provider_answer_invalid', `${named} answered with no JSON object`);
  }
  return value as Record<string, unknown>;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
