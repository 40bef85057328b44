/** Random requests, made from what the app itself says of its routes. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';

export interface KnownRoute {
  method: string;
  path: string;
  /** The query's fields, and how long the schema lets each be. */
  fields: { name: string; maxLength: number }[];
}

/** Notes every route of each Fastify that is made while `work` runs; `of` picks the app by a route of it. */
export async function routesOf<T>(
  of: string,
  work: () => Promise<T>,
): Promise<{ result: T; routes: KnownRoute[] }> {
  const apps: RouteOptions[][] = [];
  const onInit = (message: unknown) => {
    const routes: RouteOptions[] = [];
    apps.push(routes);
    (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', (route) => {
      routes.push(route);
    });
  };
  subscribe('fastify.initialization', onInit);
  try {
    const result = await work();
    const app = apps.find((routes) => routes.some(({ url }) => url === of)) ?? [];
    return { result, routes: app.flatMap(known) };
  } finally {
    unsubscribe('fastify.initialization', onInit);
  }
}

function known({ method, url, schema }: RouteOptions): KnownRoute[] {
  const query = schema?.querystring as { properties?: Record<string, { maxLength?: number }> } | undefined;
  const fields = Object.entries(query?.properties ?? {}).map(([name, { maxLength = 100 }]) => ({
    name,
    maxLength,
  }));
  return [method].flat().map((one) => ({ method: one, path: url, fields }));
}

export interface RandomRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** What a browser was given before, to be sent again, whole or broken. */
export interface Loot {
  cookies: string[];
  /** Logins that were begun: their state and code, and the cookie that belongs to them. */
  attempts: { state: string; code: string; cookie: string }[];
}

/** @param seed the same seed makes the same requests of the same loot */
export function randomRequests(seed: number, routes: KnownRoute[], loot: Loot) {
  let at = seed >>> 0;
  /** mulberry32: a whole number below `end`. */
  function below(end: number): number {
    at = (at + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(at ^ (at >>> 15), at | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }
  const oneIn = (n: number) => below(n) === 0;
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;

  const letters = [
    ...'abzAZ09-_.~%/\\:@?#&=+;,"\'<>(){}[]|^` \t\r\n',
    '\0',
    '\u007f',
    'é',
    'ｅ',
    '\u202e',
    '😀',
  ];
  const soup = (length: number) => Array.from({ length }, () => pick(letters)).join('');
  const words = [
    'acme',
    'ada@acme.test',
    '',
    'null',
    '__proto__',
    'constructor',
    '-1',
    '1e400',
    'true',
    '{"$gt":""}',
  ];
  const attacks = [
    "' OR 1=1 --",
    '../../etc/passwd',
    '//evil.test/',
    'https://evil.test/',
    '%00',
    '\u0000',
    '{{7*7}}',
  ];

  function text(maxLength: number): string {
    const kinds = [
      () => pick(words),
      () => pick(attacks),
      () => soup(below(Math.min(maxLength, 60)) + 1),
      () => 'x'.repeat(maxLength),
      () => 'x'.repeat(maxLength + 1),
      () => pick(loot.attempts).state,
      () => pick(loot.attempts).code,
    ];
    return pick(kinds)();
  }

  function queryOf({ fields }: KnownRoute, fixed: Record<string, string>): string {
    const pairs = fields.flatMap(({ name, maxLength }) => {
      if (fixed[name] !== undefined) return [[name, fixed[name]] as const];
      const times = oneIn(12) ? 2 : oneIn(2) ? 1 : 0;
      return Array.from({ length: times }, () => [oneIn(20) ? `${name}[]` : name, text(maxLength)] as const);
    });
    if (oneIn(5)) pairs.push([text(20), text(20)]);
    return pairs
      .map(([name, value]) => `${encodeURIComponent(name)}=${oneIn(30) ? '%zz' : encodeURIComponent(value)}`)
      .join(pick(['&', '&', '&', '&&', ';']));
  }

  /** Node sends no header with a control character in it: test/security/surface.test.ts does. */
  const header = (value: string) => value.replace(/[^\x20-\x7e]/g, '').slice(0, 3_000);

  function cookie(): string {
    const whole = pick(loot.cookies) ?? '';
    const names = ['__Host-sso_session', '__Host-sso_company', '__Host-sso_attempt_m0_0000000000000000', 'x'];
    // Of too many attempts the oldest go: by a name that may be anything.
    const crowd = () =>
      Array.from({ length: 6 }, () => `__Host-sso_attempt_${header(text(20)).replace(/[;=]/g, '')}=x`).join(
        '; ',
      );
    if (oneIn(8)) return crowd();
    const forged = () => `${pick(names)}=${header(text(80)).replaceAll(';', '')}`;
    if (oneIn(2)) return whole;
    if (oneIn(2)) return `${whole}; ${forged()}`;
    return oneIn(2) ? whole.slice(below(40), below(whole.length + 1)) : forged();
  }

  return function next(): RandomRequest {
    const route = pick(routes);
    const method = oneIn(12)
      ? pick(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      : route.method;
    // Without its cookie a state gets no further than the door.
    const attempt =
      oneIn(2) && route.fields.some(({ name }) => name === 'state') ? pick(loot.attempts) : undefined;
    // With nothing else in its query, a state and any code get as far as the token endpoint.
    const query =
      attempt && oneIn(2)
        ? `${new URLSearchParams({ state: attempt.state, code: text(100) })}`
        : queryOf(route, attempt ? { state: attempt.state } : {});
    const path = `${route.path}${oneIn(25) ? pick(['/', '/x', '/%2e%2e', '%00', '//', '/..;/']) : ''}`;
    const headers: Record<string, string> = {};
    const names = [
      'origin',
      'sec-fetch-site',
      'content-type',
      'accept',
      'x-forwarded-for',
      'x-forwarded-host',
    ];
    for (const name of [...names, 'authorization', 'range', 'if-none-match', 'traceparent']) {
      if (oneIn(6)) headers[name] = header(text(100));
    }
    if (oneIn(3))
      headers['content-type'] = pick(['application/x-www-form-urlencoded', 'application/json', 'text/xml']);
    if (attempt || !oneIn(3)) headers.cookie = attempt?.cookie ?? header(cookie());
    const body =
      ['GET', 'HEAD', 'OPTIONS'].includes(method) || oneIn(3) ? undefined : text(pick([10, 500, 20_000]));
    return { method, path: (query ? `${path}?${query}` : path).slice(0, 12_000), headers, body };
  };
}
