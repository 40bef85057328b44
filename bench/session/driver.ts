/** Browsers that read their session, as lean as can be, in a process of their own. One order over IPC is one round. */
import http from 'node:http';
import { answerOrders } from '../support/answer-orders.ts';

export interface SessionOrder {
  url: string;
  /** The Cookie headers, each used in turn; kept from the order before where there are none. */
  cookies?: string[];
  /** What a right answer contains. */
  contains: string;
  /** How often each session is read in a row. */
  repeat: number;
  reads: number;
  /** At once. */
  concurrency: number;
}

export interface SessionRound {
  /** Milliseconds of each read. */
  latencies: number[];
  seconds: number;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
const known = new Map<string, string[]>();
/** Continues where the round before ended: a session is read again as late as there are many. */
const next = new Map<string, number>();

function read({ url, contains }: SessionOrder, cookie: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, headers: { cookie } }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200 && body.includes(contains)) resolve();
        else reject(new Error(`${url} answered ${response.statusCode} ${body}`));
      });
    });
    request.on('error', reject);
    request.end();
  });
}

async function round(order: SessionOrder): Promise<SessionRound> {
  if (order.cookies) known.set(order.url, order.cookies);
  const cookies = known.get(order.url) as string[];
  const latencies: number[] = [];
  const from = next.get(order.url) ?? 0;
  let index = 0;
  const began = performance.now();
  const browser = async () => {
    for (let at = index++; at < order.reads; at = index++) {
      const session = from + Math.floor(at / order.repeat);
      const sent = performance.now();
      await read(order, cookies[session % cookies.length] as string);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: order.concurrency }, browser));
  next.set(order.url, from + Math.ceil(order.reads / order.repeat));
  return { latencies, seconds: (performance.now() - began) / 1000 };
}

answerOrders(round);
