/** What simple-oauth2 needs of an HTTP agent: one that is shared although it is cloned, and that watches the answers. */
import http from 'node:http';
import https from 'node:https';
import { PROVIDER_TIMEOUT_MS } from '../bounded-fetch.ts';
import { agentFor, KEEP } from '../http-agents.ts';

/** The agent to name in the library's options. @param protocol of the token endpoint, `https:` or `http:` */
export function createHandOverAgent(protocol: string): http.Agent {
  return protocol === 'https:' ? new SharedHttpsAgent(KEEP) : new SharedHttpAgent(KEEP);
}

type AddRequest = { addRequest(request: http.ClientRequest, options: RequestOptions): void };
type RequestOptions = { host?: string; port?: number | string; secureEndpoint?: boolean };

function handOver(protocol: 'http:' | 'https:', request: http.ClientRequest, options: RequestOptions): void {
  watch(request);
  const host = options.host?.includes(':') ? `[${options.host}]` : options.host;
  const agent = agentFor(new URL(`${protocol}//${host}:${options.port}`)) as unknown as AddRequest;
  agent.addRequest(request, { ...options, secureEndpoint: protocol === 'https:' });
}

/**
 * The library clones its options deeply, agents too: each clone hands its requests to the shared agent. It says KEEP,
 * too: a request asks its own agent whether to send `Connection: close`.
 */
class SharedHttpAgent extends http.Agent {
  addRequest(request: http.ClientRequest, options: RequestOptions): void {
    handOver('http:', request, options);
  }
}

class SharedHttpsAgent extends https.Agent {
  addRequest(request: http.ClientRequest, options: RequestOptions): void {
    handOver('https:', request, options);
  }
}

/** The status that the library does not see. */
export type Answer = http.IncomingMessage & { answered?: number | undefined };

/**
 * What the library leaves undone: it takes any status below 400 for success, a redirect with a body as well
 * (RFC 6749 §5.1 knows 200 alone), and it continues to read a slow answer that nothing waits for any more.
 */
function watch(request: http.ClientRequest): void {
  const cutOff = setTimeout(() => request.destroy(), PROVIDER_TIMEOUT_MS + 100);
  request.once('close', () => clearTimeout(cutOff));
  request.once('response', (response: Answer) => {
    response.answered = response.statusCode;
    if (response.statusCode !== 200 && Number(response.statusCode) < 400) response.statusCode = 502;
  });
}
