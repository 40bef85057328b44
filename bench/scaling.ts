/**
 * Machines and lag for a load, from the unit costs that the benches measured.
 * `npx tsx bench/scaling.ts --users 1e8 [--figures FILE]`; FILE is what `npm run bench -- --json` printed.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Line } from './harness.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1e8' },
    figures: {
      type: 'string',
      default: fileURLToPath(new URL('scaling/figures.jsonl', import.meta.url)),
    },
    /** Of each user. */
    'logins-a-day': { type: 'string', default: '1' },
    /** Of a day's logins, in its busiest hour: one time zone's Monday morning. */
    'busiest-hour': { type: 'string', default: '0.25' },
    /** Of what a machine can do, at the busiest: the rest is for its neighbour's end. */
    utilization: { type: 'string', default: '0.6' },
    cores: { type: 'string', default: '4' },
    /** Minutes that Kafka is down, at peak load. */
    outage: { type: 'string', default: '10' },
    /** Database CPU of a login, ms, from start to result. Assumed: no bench measures it. */
    'database-ms': { type: 'string', default: '2' },
  },
});
const number = (name: keyof typeof values) => Number(values[name]);

const lines = readFileSync(values.figures, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Line);
/** Of the first figure of that bench whose metric starts so. */
function figure(bench: string, metric: string, field: 'value' | 'ours'): number {
  const found = lines.find((line) => line.bench === bench && line.metric.startsWith(metric))?.[field];
  if (found === undefined) throw new Error(`${values.figures} has no ${field} of ${bench}, ${metric}`);
  return found;
}
const loginMs = figure('login', '32 at once: CPU a login', 'value');
const relayPerSecond = figure('relay', 'ratio', 'ours');
const workerPerSecond = figure('worker', 'ratio', 'ours');

const peak = (number('users') * number('logins-a-day') * number('busiest-hour')) / 3600;
const use = number('utilization');
const processes = (rate: number, capacity: number) => Math.max(2, Math.ceil(rate / (capacity * use)));
const server = processes(peak, 1000 / loginMs);
// A login is two events: itself, and its link result.
const relay = processes(2 * peak, relayPerSecond);
const worker = processes(peak, workerPerSecond);
const databaseCores = (peak * number('database-ms')) / 1000 / use;

/** Second by second: Kafka is down, rows wait in the outbox, then they are relayed faster than they come. */
function afterOutage(): { rows: number; minutes: number; lag: number } {
  const down = number('outage') * 60;
  const capacity = Math.min((relay * relayPerSecond) / 2, worker * workerPerSecond);
  let [rows, lag, second] = [0, 0, 0];
  let most = 0;
  do {
    rows += peak - (second < down ? 0 : Math.min(capacity, rows + peak));
    lag = Math.max(lag, second < down ? second + 1 : rows / capacity);
    most = Math.max(most, rows);
    second += 1;
  } while ((second < down || rows > 1) && second < 86_400);
  return { rows: Math.round(most), minutes: Math.round((second - down) / 60), lag };
}

const outage = afterOutage();
console.log(
  `${number('users').toLocaleString('en-GB')} users: ${Math.round(peak)} logins/s in the busiest hour`,
);
console.log('part      a process does       processes  machines');
const row = (part: string, rate: number, count: number) =>
  console.log(
    `${part.padEnd(9)} ${`${Math.round(rate)}/s`.padEnd(20)} ${String(count).padEnd(10)} ${Math.ceil(count / number('cores'))}`,
  );
row('server', 1000 / loginMs, server);
row('relay', relayPerSecond, relay);
row('worker', workerPerSecond, worker);
console.log(
  `database  ${Math.ceil(databaseCores)} cores at ${number('database-ms')} ms of CPU a login (assumed)`,
);
console.log(
  `Kafka away for ${number('outage')} min: ${outage.rows.toLocaleString('en-GB')} logins wait, the oldest ${Math.round(outage.lag / 60)} min; caught up ${outage.minutes} min after`,
);
