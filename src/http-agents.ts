/**
 * The connections to providers: kept alive, and by the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name. Every
 * request to a provider goes this way, discovery and doctor's as well as the token endpoint's.
 */
import http from 'node:http';
import https from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
// @ts-expect-error: the package has no types
import { getProxyForUrl } from 'proxy-from-env';

/** Milliseconds. */
export const KEEP = { keepAlive: true, keepAliveMsecs: 10_000, timeout: 30_000 };

const direct = { http: new http.Agent(KEEP), https: new https.Agent(KEEP) };
const byProxy = new Map<string, HttpsProxyAgent<string>>();

/** The shared agent for a URL. @throws TypeError where the proxy's address is no URL */
export function agentFor(url: URL): http.Agent {
  const proxy: string = getProxyForUrl(url.href);
  if (proxy === '') return url.protocol === 'https:' ? direct.https : direct.http;
  const agent = byProxy.get(proxy) ?? new HttpsProxyAgent(proxy, KEEP);
  byProxy.set(proxy, agent);
  return agent;
}
