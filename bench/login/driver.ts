/**
 * Browsers, as lean as can be, in a process of their own: keep-alive, cookies by hand, nothing parsed that
 * isn't needed. One order over IPC is one round of logins, its answer what they took.
 */
import http from 'node:http';
import { answerOrders } from '../support/answer-orders.ts';

export interface LoginOrder {
  /** Where a login starts, for each login in turn; a POST where there is a body. */
  start: string;
  body?: string;
  /** A person for each login: appended to `start` as `login_hint`. */
  hints?: string[];
  /** The service's origin: its cookies are kept, its last redirect ends the login. */
  origin: string;
  logins: number;
  /** At once. */
  concurrency: number;
  /** Logins a second, begun whether or not the ones before have ended; as fast as possible by default. */
  rate?: number;
}

export interface LoginRound {
  /** Milliseconds from the first request to the last answer, a login each. */
  latencies: number[];
  /** When each login's callback was answered; monotonic nanoseconds as text. Begun in the order of `hints`. */
  answeredAt: string[];
  seconds: number;
  /** CPU seconds of this process: is the driver what is measured? */
  cpu: number;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

interface Answer {
  status: number;
  location: string | undefined;
  cookies: string[];
  body: string;
}

function ask(url: string, options: { cookie?: string; body?: string; origin: string }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers: http.OutgoingHttpHeaders = {};
    if (options.cookie) headers.cookie = options.cookie;
    if (options.body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(options.body);
      headers.origin = options.origin;
    }
    const method = options.body === undefined ? 'GET' : 'POST';
    const request = http.request(url, { agent, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location,
          cookies: response.headers['set-cookie'] ?? [],
          body,
        }),
      );
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

/** One whole login: start, provider, callback. Resolves when the callback is answered. */
async function login(order: LoginOrder, hint: string | undefined): Promise<void> {
  const { origin, body } = order;
  const start = hint === undefined ? order.start : `${order.start}&login_hint=${encodeURIComponent(hint)}`;
  const first = await ask(start, { origin, ...(body !== undefined && { body }) });
  const toProvider = first.location ?? (JSON.parse(first.body) as { url: string }).url;
  const cookie = first.cookies.map((line) => line.slice(0, line.indexOf(';'))).join('; ');
  const sentBack = await ask(toProvider, { origin });
  if (sentBack.location === undefined) throw new Error(`the provider answered ${sentBack.status}`);
  const last = await ask(sentBack.location, { origin, cookie });
  // A refusal is an answer, too, and no login.
  if (last.status < 300 || last.status > 399 || last.location?.includes('error=') || !last.cookies.length) {
    throw new Error(`the callback answered ${last.status} ${last.location ?? ''} ${last.body.slice(0, 300)}`);
  }
}

async function round(order: LoginOrder): Promise<LoginRound> {
  const { logins, concurrency, rate, hints } = order;
  const latencies = new Array<number>(logins);
  const answeredAt = new Array<string>(logins);
  const cpu = process.cpuUsage();
  const began = performance.now();
  const one = async (index: number, at: number) => {
    await login(order, hints?.[index]);
    latencies[index] = performance.now() - at;
    answeredAt[index] = String(process.hrtime.bigint());
  };
  if (rate === undefined) {
    let next = 0;
    const browser = async () => {
      for (let index = next++; index < logins; index = next++) await one(index, performance.now());
    };
    await Promise.all(Array.from({ length: concurrency }, browser));
  } else {
    // Open loop: a login that waits for its turn is late, and its lateness counts.
    const all: Promise<void>[] = [];
    for (let index = 0; index < logins; index++) {
      const due = began + (index * 1000) / rate;
      const early = due - performance.now();
      if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
      all.push(one(index, due));
    }
    await Promise.all(all);
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    latencies,
    answeredAt,
    seconds: (performance.now() - began) / 1000,
    cpu: (user + system) / 1e6,
  };
}

answerOrders(round);
