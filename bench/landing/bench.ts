import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { chromium } from '../../dev/browser.ts';
import { freePort } from '../../dev/free-port.ts';
import { stopAll } from '../../src/roles/run-role.ts';
import { type Bench, type BenchContext, median, percentile, short } from '../harness.ts';
import { COMPANY, startLoginParts } from '../login/parts.ts';
import { startRole } from '../support/process.ts';
import { type Landing, openProfile } from './browser.ts';

const PEOPLE = 20;
const WARM_UP = 300;
const GOALS = [
  { percent: 50, atMost: 1.3 },
  { percent: 95, atMost: 1.6 },
];
/** Of first sign-ins: how many people saw the waiting page. */
const WAITING_PAGES = 0.02;

/** As it is shipped, and without the wait: the person loads the waiting page, whose script finds the result. */
const SERVERS = [
  { name: 'held', env: { LOGIN_WAIT: '1s' }, goals: true },
  { name: 'LOGIN_WAIT=0s', env: { LOGIN_WAIT: '0s' }, goals: false },
];

type Server = (typeof SERVERS)[number] & {
  origin: string;
  rounds: { first: Landing[]; second: Landing[] }[];
};

export const bench: Bench = {
  name: 'landing',
  about: 'in Chromium: callback to the product’s first paint, a person’s first sign-in against the second',
  async run(context) {
    const { parts, rounds, log, scale } = context;
    const { brokers, prefix } = await parts.topics();
    const login = await startLoginParts(context);
    const stops: (() => Promise<unknown>)[] = [login.stop];
    try {
      const product = await startProductPage();
      stops.unshift(product.stop);
      const kafka = { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: prefix };
      const { PORT: _, ...env } = { ...login.env, APP_URL: product.url, ...kafka } as Record<string, string>;
      const cli = await parts.built();
      for (const role of ['relay', 'worker']) stops.unshift((await startRole(cli, role, env)).stop);
      const servers: Server[] = [];
      for (const server of SERVERS) {
        const port = await freePort();
        const origin = `http://localhost:${port}`;
        const own = { ...env, ...server.env, PORT: String(port), PUBLIC_URL: origin };
        stops.unshift((await startRole(cli, 'server', own)).stop);
        servers.push({ ...server, origin, rounds: [] });
      }
      const browser = await chromium();
      stops.unshift(() => browser.close());

      // Until every role has compiled what it runs.
      const hints = Array.from({ length: scale(WARM_UP) }, (_, n) => `warm-up-${n}@${COMPANY}.test`);
      for (const { origin } of servers) {
        const start = `${origin}/login/start?company=${COMPANY}`;
        await login.logins({ start, origin, hints, logins: hints.length, concurrency: 8 });
      }
      let people = 0;
      const next = () => `newcomer-${people++}@${COMPANY}.test`;
      for (const server of servers) await signInTwice(browser, server, product.url, next());
      for (let round = 0; round < rounds; round += 1) {
        for (const server of round % 2 === 0 ? servers : [...servers].reverse()) {
          const landings: Server['rounds'][number] = { first: [], second: [] };
          for (let person = 0; person < scale(PEOPLE); person += 1) {
            const [first, second] = await signInTwice(browser, server, product.url, next());
            landings.first.push(first);
            landings.second.push(second);
          }
          server.rounds.push(landings);
          log(
            `round ${round + 1}, ${server.name}, ms: ${said(landings.first)}; then ${said(landings.second)}`,
          );
        }
      }
      for (const server of servers) report(context, server);
    } finally {
      await stopAll(...stops);
    }
  },
};

/** The same person in the same browser: the first time a link result is awaited, the second time there is one. */
async function signInTwice(
  browser: Browser,
  { origin }: Server,
  appUrl: string,
  email: string,
): Promise<[Landing, Landing]> {
  const profile = await openProfile(browser, { origin, appUrl });
  try {
    const start = `${origin}/login/start?company=${COMPANY}&login_hint=${encodeURIComponent(email)}`;
    return [await profile.signIn(start), await profile.signIn(start)];
  } finally {
    await profile.close();
  }
}

function report(context: BenchContext, { name, goals, rounds }: Server): void {
  const all = { first: rounds.flatMap(({ first }) => first), second: rounds.flatMap(({ second }) => second) };
  for (const { percent, atMost } of GOALS) {
    const measured = rounds.map(({ first, second }) => ({
      ours: percentile(
        first.map(({ ms }) => ms),
        percent,
      ),
      limit: percentile(
        second.map(({ ms }) => ms),
        percent,
      ),
    }));
    const [ours, limit] = [all.first, all.second].map((some) =>
      percentile(
        some.map(({ ms }) => ms),
        percent,
      ),
    );
    context.report({
      metric: `${name}, p${percent}`,
      // Of all landings: a round has too few for a percentile.
      value: (ours as number) / (limit as number),
      ours: ours as number,
      limit: limit as number,
      unit: 'ms',
      rounds: measured,
      ...(goals && { goal: { atMost } }),
    });
  }
  const waiting = all.first.filter(({ waitingPage }) => waitingPage).length;
  context.report({
    metric: `${name}, first sign-ins with a painted waiting page`,
    value: waiting / all.first.length,
    unit: 'share',
    ...(goals && { goal: { atMost: WAITING_PAGES } }),
    more: { landings: all.first.length, waiting },
  });
}

function said(landings: Landing[]): string {
  const waiting = landings.filter(({ waitingPage }) => waitingPage).length;
  return `p50 ${short(median(landings.map(({ ms }) => ms)))}${waiting > 0 ? ` (${waiting} waiting pages)` : ''}`;
}

/** A page that paints at once: what is measured is the way to it. */
async function startProductPage(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.end('<!doctype html><html lang="en"><title>The product</title><h1>The product</h1></html>');
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
