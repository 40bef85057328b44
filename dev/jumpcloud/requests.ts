import type { IncomingMessage } from 'node:http';
import type { Endpoint, RequestLog, RequestRecord } from './types.ts';

const KEPT = 1000;

const ENDPOINTS: [RegExp, Endpoint][] = [
  [/^\/\.well-known\/openid-configuration$/, 'discovery'],
  [/^\/\.well-known\/jwks\.json$/, 'jwks'],
  [/^\/oauth2\/auth$/, 'auth'],
  [/^\/(login|oauth2\/auth)\//, 'login'],
  [/^\/oauth2\/token$/, 'token'],
  [/^\/userinfo$/, 'userinfo'],
  [/^\/oauth2\/revoke$/, 'revoke'],
  [/^\/oauth2\/sessions\/logout/, 'logout'],
];

/** What came in, so that a test can say how often the service asked. */
export function createRequestLog() {
  const counts = new Map<Endpoint, number>();
  const byRequest = new WeakMap<object, RequestRecord>();
  let records: RequestRecord[] = [];
  const log: RequestLog = {
    count: (endpoint) =>
      endpoint ? (counts.get(endpoint) ?? 0) : [...counts.values()].reduce((sum, count) => sum + count, 0),
    list: (endpoint) => records.filter((record) => !endpoint || record.endpoint === endpoint),
    clear() {
      counts.clear();
      records = [];
    },
  };
  return {
    log,
    of: (request: object) => byRequest.get(request),
    add(request: IncomingMessage): RequestRecord {
      const path = request.url?.split('?')[0] ?? '/';
      const endpoint = ENDPOINTS.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
      const record: RequestRecord = { endpoint, method: request.method ?? '', path, status: 0 };
      counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
      byRequest.set(request, record);
      records.push(record);
      if (records.length > 2 * KEPT) records = records.slice(-KEPT);
      return record;
    },
  };
}
