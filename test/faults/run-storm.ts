/**
 * `npm run test:storm -- [--minutes N] [--seed S]`: faults of every kind while people sign in, then a check of everything.
 * `npm run test:storm -- --logins N [--file FILE]`: in legs, until so many logins are checked; continues from FILE.
 */
import { parseArgs } from 'node:util';
import { scale } from './storm/scale.ts';
import { isGood, storm } from './storm/storm.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1.5' },
    seed: { type: 'string', default: '1' },
    logins: { type: 'string' },
    leg: { type: 'string' },
    file: { type: 'string', default: 'storm-report.json' },
  },
});
const tell = (line: string) => console.log(line);
process.exit((values.logins === undefined ? await one() : await many(Number(values.logins))) ? 0 : 1);

async function one(): Promise<boolean> {
  const report = await storm({ seconds: Number(values.minutes) * 60, seed: Number(values.seed), tell });
  tell(JSON.stringify(report, null, 2));
  const good = isGood(report);
  tell(
    good
      ? `seed ${report.seed}: ${report.logins} logins, nothing lost, doubled or decided wrongly`
      : 'FAILED: see found, examples, exits.other and noJson',
  );
  return good;
}

async function many(logins: number): Promise<boolean> {
  const leg = values.leg === undefined ? {} : { leg: Number(values.leg) };
  const report = await scale({ logins, file: values.file, ...leg, tell });
  tell(JSON.stringify(report, null, 2));
  return report.failed.length === 0;
}
