/**
 * Every answer of an identity provider that we read ourselves comes through here, JumpCloud's and that of the tokens for
 * Kafka: bounded in time and size, no redirect followed (GHSA-qp4c-xg64-7c6x), its failure told by a code.
 */
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { codeOf, SsoLinkError } from './errors.ts';
import { agentFor } from './http-agents.ts';

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

export interface BoundedRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: URLSearchParams;
}

/** @throws ProviderError; the message names the URL's host and path, never its query. */
export async function boundedFetch(url: string, init: BoundedRequest = {}): Promise<BoundedResponse> {
  const where = new URL(url);
  const named = `${where.host}${where.pathname}`;
  const deadline = AbortSignal.timeout(PROVIDER_TIMEOUT_MS);
  try {
    const response = await send(where, init, deadline);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > PROVIDER_MAX_BYTES) {
        response.destroy();
        throw new ProviderError('provider_answer_invalid', `${named} answered with more than 1 MiB`);
      }
      chunks.push(chunk);
    }
    const headers = new Headers();
    for (const [name, values = []] of Object.entries(response.headersDistinct)) {
      for (const value of values) headers.append(name, value);
    }
    return { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) };
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (deadline.aborted) {
      throw new ProviderError('provider_timeout', `${named} gave no whole answer within 10 s`);
    }
    // Node's error may hold the request, and so a credential: its code alone is kept.
    const code = codeOf(error) ?? (error as Error).name;
    throw new ProviderError('provider_unreachable', `${named} could not be reached (${code})`);
  }
}

async function send(url: URL, init: BoundedRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const body = init.body?.toString();
  const { request } = url.protocol === 'https:' ? https : http;
  for (;;) {
    const sent = request(url, {
      method: init.method ?? 'GET',
      headers: {
        ...init.headers,
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      agent: agentFor(url),
      signal,
    });
    try {
      sent.end(body);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return response;
    } catch (error) {
      // The provider closed a connection that was kept alive, just as it was used again.
      const isStale = sent.reusedSocket && codeOf(error) === 'ECONNRESET' && !signal.aborted;
      if (!isStale) throw error;
    }
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
    const facts = { status: String(response.status) };
    throw new ProviderError(code, `${named} answered ${response.status}`, { facts });
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
