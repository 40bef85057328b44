/**
 * `npm run bench [-- NAME…] [--json] [--rounds N] [--small]`: measures the service against the limits and the
 * peers. Figures go to standard output, progress to standard error. Exits with 1 where a bench could not run;
 * a goal that is missed is a figure, not a failure.
 */
import { parseArgs } from 'node:util';
import { BENCHES } from './benches.ts';
import { type BenchContext, type Line, toLine } from './harness.ts';
import { startParts } from './support/parts.ts';
import { table } from './support/table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    small: { type: 'boolean', default: false },
  },
});
const { json, small } = values;
const rounds = Number(values.rounds ?? (small ? 2 : 5));
const unknown = positionals.filter((name) => !(name in BENCHES));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`usage: npm run bench [-- NAME…] [--json] [--rounds N] [--small]`);
  console.error(`NAME is one of: ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}

const parts = startParts((message) => console.error(message));
const lines: Line[] = [];
const scale = (count: number) => (small ? Math.ceil(count / 20) : count);
let failed = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void parts.stop().finally(() => process.exit(1)));
}
try {
  for (const [name, load] of Object.entries(BENCHES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const { bench } = await load();
    if (positionals.length === 0 && bench.byDefault === false) continue;
    const started = performance.now();
    const log = (message: string) => console.error(`  ${message}`);
    const report: BenchContext['report'] = (figure) => {
      const line = toLine(name, figure);
      lines.push(line);
      if (json) console.log(JSON.stringify(line));
    };
    console.error(`${name}: ${bench.about}`);
    try {
      await bench.run({ log, rounds, small, scale, parts, report });
    } catch (error) {
      failed = true;
      console.error(`${name} failed:`, error);
    }
    console.error(`  ${name} took ${Math.round((performance.now() - started) / 1000)} s`);
  }
  if (!json) console.log(table(lines));
} finally {
  await parts.stop();
}
process.exit(failed ? 1 : 0);
