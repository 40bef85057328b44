import { type Bench, type BenchContext, median, pairRounds, percentile, ratio, short } from '../harness.ts';
import { type Contestant, PEERS, startOurs, startPeer } from './contestants.ts';
import { type LoginParts, startLoginParts } from './parts.ts';

/** Until every function is compiled and every person is known. */
const WARM_UP = 600;
const SIZES = [
  { atOnce: 32, logins: 300 },
  { atOnce: 1, logins: 100 },
] as const;
type AtOnce = (typeof SIZES)[number]['atOnce'];

/** Of one contestant at one size, a value a round. */
interface Measurement {
  /** Logins a CPU second of its process: what a core can do. */
  perCpuSecond: number[];
  /** All latencies, in milliseconds. */
  latencies: number[];
}

export const bench: Bench = {
  name: 'login',
  about: 'whole logins by CPU of the server: ours against Fastify with openid-client, Better Auth and Polis',
  async run(context) {
    await context.parts.peers();
    const login = await startLoginParts(context);
    const peers: Contestant[] = [];
    try {
      const ours = await startOurs(login);
      for (const peer of PEERS) peers.push(await startPeer(peer, login, context));
      const all = [ours, ...peers];
      for (const one of all) await login.logins({ ...one.start, logins: WARM_UP, concurrency: 16 });
      for (const { atOnce, logins } of SIZES) {
        const results = await inTurn(context, login, all, { atOnce, logins: context.scale(logins) });
        report(context, atOnce, results);
      }
    } finally {
      for (const peer of peers) await peer.process.stop();
      await login.stop();
    }
  },
};

async function inTurn(
  { rounds, log }: BenchContext,
  login: LoginParts,
  all: Contestant[],
  { atOnce, logins }: { atOnce: number; logins: number },
): Promise<Map<string, Measurement>> {
  const results = new Map(all.map(({ name }) => [name, { perCpuSecond: [], latencies: [] } as Measurement]));
  for (let round = 0; round < rounds; round += 1) {
    const said: string[] = [];
    // Who is first changes, so that a machine that warms up favours none.
    for (const one of round % 2 === 0 ? all : [...all].reverse()) {
      const before = one.process.cpu();
      const done = await login.logins({ ...one.start, logins, concurrency: atOnce });
      const cpu = one.process.cpu() - before;
      const result = results.get(one.name) as Measurement;
      result.perCpuSecond.push(logins / cpu);
      result.latencies.push(...done.latencies);
      said.push(`${one.name} ${short((cpu / logins) * 1000)} ms`);
    }
    log(`round ${round + 1}, ${atOnce} at once, CPU a login: ${said.join(', ')}`);
  }
  return results;
}

function report(context: BenchContext, atOnce: AtOnce, results: Map<string, Measurement>): void {
  const ours = results.get('ours') as Measurement;
  for (const { name, goals } of PEERS) {
    const theirs = results.get(name) as Measurement;
    const rounds = pairRounds(ours.perCpuSecond, theirs.perCpuSecond);
    context.report(
      ratio(rounds, {
        metric: `${atOnce} at once, against ${name}`,
        unit: 'logins/CPU s',
        goal: { atLeast: goals[atOnce] },
        more: { ours_latency_ms: latencies(ours), limit_latency_ms: latencies(theirs) },
      }),
    );
  }
  context.report({
    metric: `${atOnce} at once: CPU a login`,
    value: 1000 / median(ours.perCpuSecond),
    unit: 'ms',
    more: latencies(ours),
  });
}

const latencies = ({ latencies: all }: Measurement) => ({
  p50: Number(percentile(all, 50).toPrecision(3)),
  p99: Number(percentile(all, 99).toPrecision(3)),
});
