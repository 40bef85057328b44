import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Role } from '../roles.ts';

/** What one role's metrics said, and whether that is what the demo saw. */
export interface Scraped {
  role: Role;
  told: Record<string, number>;
  agrees: boolean;
}

export interface Seen {
  logins: number;
  results: number;
  outcomes: Record<string, number>;
}

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The worker asks Kafka for its lag every 10 s. */
const DEADLINE_MS = 25_000;

/** Scrapes each role as Prometheus does, until it tells what the demo saw, or has had its time. */
export async function scrapeUntilAgreed(
  urls: Record<Role, string>,
  seen: Seen,
  options: { deadlineMs?: number } = {},
): Promise<Scraped[]> {
  const deadline = Date.now() + (options.deadlineMs ?? DEADLINE_MS);
  const until = async (
    role: Role,
    read: (samples: Sample[]) => Scraped['told'],
    expected: Scraped['told'],
  ) => {
    for (; ; await delay(250)) {
      const told = read(await scrape(urls[role]));
      const agrees = isDeepStrictEqual(told, expected);
      if (agrees || Date.now() > deadline) return { role, told, agrees };
    }
  };
  return Promise.all([
    until('server', (s) => sums(only(s, 'sso_link_logins_total'), 'outcome'), { recorded: seen.logins }),
    until('relay', relayTold, {
      'user.sso_authenticated': seen.logins,
      'user.link_result': seen.results,
      waiting: 0,
    }),
    until('worker', workerTold, { ...seen.outcomes, lag: seen.logins - seen.results }),
  ]);
}

/** Of the topics that have a record per login; the state topics have one per change. */
function relayTold(samples: Sample[]): Scraped['told'] {
  const perLogin = only(samples, 'sso_link_relay_sent_total').filter(({ labels }) =>
    labels.topic?.includes('user.'),
  );
  return {
    ...sums(perLogin, 'topic', (topic) => topic.slice(topic.indexOf('user.'))),
    ...one('waiting', only(samples, 'sso_link_outbox_rows')),
  };
}

function workerTold(samples: Sample[]): Scraped['told'] {
  return {
    ...sums(only(samples, 'sso_link_worker_results_total'), 'outcome'),
    ...one('lag', only(samples, 'sso_link_worker_lag')),
  };
}

const only = (samples: Sample[], name: string) => samples.filter((s) => s.name === name);

/** Their sum. A gauge that nobody told yet isn't 0: it is left out. */
function one(as: string, samples: Sample[]): Record<string, number> {
  return samples.length === 0 ? {} : { [as]: samples.reduce((sum, { value }) => sum + value, 0) };
}

function sums(samples: Sample[], label: string, named = (value: string) => value): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { labels, value } of samples) {
    const name = named(labels[label] ?? '');
    sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

async function scrape(url: string): Promise<Sample[]> {
  const answer = await fetch(url);
  return parse(await answer.text());
}

/** The lines of Prometheus's text format that our own roles write. */
function parse(text: string): Sample[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    value: Number(value),
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v])),
  }));
}
