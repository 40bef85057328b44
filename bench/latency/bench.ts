import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { linkResult } from '../../src/events/link-result.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { ssoIdentityId } from '../../src/ids.ts';
import { stopAll } from '../../src/roles/run-role.ts';
import { type Bench, type BenchContext, median, percentile, rounded, short } from '../harness.ts';
import { COMPANY, type LoginParts, startLoginParts } from '../login/parts.ts';
import { subjectOf } from '../login/subject.ts';
import { type Measured, startProgram, startRole } from '../support/process.ts';
import { type Results, readResults } from './results.ts';

const LOGINS = 300;
const SHOWN = [1, 5, 10, 25, 50, 75, 90, 95, 99, 100];
const PERCENTILES = [
  { percent: 50, atMost: 4 },
  { percent: 99, atMost: 5 },
];

export const bench: Bench = {
  name: 'latency',
  about: 'callback answered to link result read from Kafka, at half the capacity, against two bare hops',
  async run(context) {
    const { parts, rounds, log } = context;
    const { brokers, prefix } = await parts.topics();
    const login = await startLoginParts(context);
    const stops = [login.stop];
    try {
      const kafka = { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: prefix };
      await login.startServer();
      const env: Record<string, string> = { ...login.env, ...kafka };
      // Each role finds a port of its own.
      delete env.PORT;
      for (const role of ['relay', 'worker']) {
        stops.unshift((await startRole(await parts.built(), role, env)).stop);
      }
      const results = await readResults(brokers, prefix);
      stops.unshift(results.close);
      const limit = await startLimit(context, (stop) => stops.unshift(stop));

      const rate = (await capacity(context, login)) / 2;
      log(`half the capacity: ${short(rate)} logins/s`);
      const logins = context.scale(LOGINS);
      const companyId = await idOf(login);
      const ours: number[][] = [];
      const bare: number[][] = [];
      for (let round = 0; round < rounds; round += 1) {
        ours.push(await oursOnce(login, results, companyId, { round, logins, rate }));
        bare.push(await limitOnce(limit, logins, rate));
        log(`round ${round + 1}, ms: ours ${said(ours[round])}, two bare hops ${said(bare[round])}`);
      }
      for (const { percent, atMost } of PERCENTILES) {
        const measured = ours.map((all, i) => ({
          ours: percentile(all, percent),
          limit: percentile(bare[i] as number[], percent),
        }));
        context.report({
          metric: `p${percent}`,
          value: median(measured.map((r) => r.ours / r.limit)),
          ours: median(measured.map((r) => r.ours)),
          limit: median(measured.map((r) => r.limit)),
          unit: 'ms',
          rounds: measured,
          goal: { atMost },
          more: { rate: Math.round(rate), ...(percent === 50 && { percentiles: distributions(ours, bare) }) },
        });
      }
    } finally {
      await stopAll(...stops);
    }
  },
};

/** Logins a second with all roles at work on this machine, as fast as they go. Warms everything up, too. */
async function capacity({ scale }: BenchContext, login: LoginParts): Promise<number> {
  await login.logins({ logins: scale(600), concurrency: 16 });
  const logins = scale(600);
  const { seconds } = await login.logins({ logins, concurrency: 32 });
  return logins / seconds;
}

/** A person for each login, so that each result is distinguishable. */
async function oursOnce(
  login: LoginParts,
  results: Results,
  companyId: string,
  { round, logins, rate }: { round: number; logins: number; rate: number },
): Promise<number[]> {
  const hints = Array.from({ length: logins }, (_, i) => `r${round}-${i}@${COMPANY}.test`);
  const read = hints.map((hint) => results.next(ssoIdentityId(companyId, login.issuer, subjectOf(hint))));
  const { answeredAt } = await login.logins({ logins, concurrency: 1, rate, hints });
  const readAt = await Promise.all(read);
  return readAt.map((at, i) => Number(at - BigInt(answeredAt[i] as string)) / 1e6);
}

async function startLimit(
  { parts }: BenchContext,
  opened: (stop: () => Promise<void>) => void,
): Promise<Measured> {
  // Topics like the service's: as many partitions, as many replicas.
  const { brokers, prefix } = await parts.topics();
  const env = {
    KAFKA_BROKERS: brokers.join(','),
    FROM: prefix + ssoAuthenticated.topic,
    TO: prefix + linkResult.topic,
  };
  const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  opened((await startProgram(fileOf('hop.mjs'), env)).stop);
  const limit = await startProgram(fileOf('limit.mjs'), env);
  opened(limit.stop);
  await limitOnce(limit, 200, 100);
  return limit;
}

async function limitOnce({ child }: Measured, records: number, rate: number): Promise<number[]> {
  child.send({ records, rate });
  const [latencies] = (await once(child, 'message')) as [number[]];
  return latencies;
}

async function idOf({ database }: LoginParts): Promise<string> {
  const [company] = await database.sql<{ id: string }[]>`SELECT id FROM companies WHERE slug = ${COMPANY}`;
  return (company as { id: string }).id;
}

/** Of all rounds together, for a picture. */
function distributions(ours: number[][], bare: number[][]) {
  const of = (rounds: number[][]) =>
    Object.fromEntries(SHOWN.map((percent) => [percent, rounded(percentile(rounds.flat(), percent))]));
  return { 'SSO Link': of(ours), 'two bare hops': of(bare) };
}

const said = (all: number[] = []) => `p50 ${short(percentile(all, 50))} p99 ${short(percentile(all, 99))}`;
