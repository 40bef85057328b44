import type { CollectedSpan } from '../collector.ts';
import type { Scraped } from './scrape.ts';
import type { SignIn } from './sign-ins.ts';
import type { StreamedEvent } from './streams.ts';
import { drawTrace, firstLoginTrace } from './trace-tree.ts';

interface Output {
  starting(): void;
  login(login: SignIn): void;
  event(event: StreamedEvent): void;
  metrics(scraped: Scraped): void;
  summary(logins: SignIn[]): void;
  /** Of all spans, those of the first login. */
  trace(spans: CollectedSpan[]): void;
}

/** One JSON object a line. */
export function jsonLines(): Output {
  const print = (type: string, thing: object) => console.log(JSON.stringify({ type, ...thing }));
  return {
    starting: () => {},
    login: (login) => print('login', login),
    event: (event) => print('event', event),
    metrics: (scraped) => print('metrics', scraped),
    summary: (logins) => print('summary', summarize(logins)),
    trace(spans) {
      for (const span of firstLoginTrace(spans)) print('span', span);
    },
  };
}

/** A table for a person. */
export function readable(options: { kafka: boolean }): Output {
  const events = new Map<string, number>();
  const metrics: Scraped[] = [];
  return {
    starting() {
      const where = options.kafka
        ? 'a real Apache Kafka, and server, relay and worker as three processes'
        : 'an in-process stream';
      console.log(`Starting PostgreSQL, two JumpClouds, ${where} …\n`);
      console.log(row(['who', 'company', 'decided', 'why', 'user', 'ms', 'landed at']));
      console.log(row(WIDTHS.map((width) => '─'.repeat(width))));
    },
    login: (l) =>
      console.log(
        row([
          l.email,
          l.company,
          l.outcome ?? '-',
          l.reason ?? '',
          short(l.user_id),
          `${l.milliseconds}`,
          l.landed,
        ]),
      ),
    event: ({ topic }) => events.set(topic, (events.get(topic) ?? 0) + 1),
    metrics: (scraped) => metrics.push(scraped),
    summary(logins) {
      const { outcomes, results } = summarize(logins);
      console.log(`\n${logins.length} logins, ${results} results: ${list(outcomes)}`);
      console.log(`on the topics: ${list(Object.fromEntries(events))}`);
      for (const { role, told, agrees } of metrics)
        console.log(`${role}'s metrics ${agrees ? 'agree' : 'DISAGREE'}: ${list(told)}`);
    },
    trace: (spans) => console.log(`\n${drawTrace(firstLoginTrace(spans), spans)}`),
  };
}

export function summarize(logins: SignIn[]) {
  const count = (keys: (string | null)[]) => {
    const counts: Record<string, number> = {};
    for (const key of keys) if (key !== null) counts[key] = (counts[key] ?? 0) + 1;
    return counts;
  };
  return {
    logins: logins.length,
    results: logins.filter((l) => l.outcome !== null).length,
    outcomes: count(logins.map((l) => l.outcome)),
    reasons: count(logins.map((l) => l.reason)),
  };
}

const WIDTHS = [20, 9, 14, 23, 9, 5, 38];

function row(cells: string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0))
    .join('  ')
    .trimEnd();
}

function short(userId: string | null): string {
  return userId === null ? '' : userId.length > 9 ? `…${userId.slice(-8)}` : userId;
}

function list(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ');
}
