/** `npm run test:storm -- [--minutes N] [--seed S]`: faults of every kind while people sign in, then a check of everything. */
import { parseArgs } from 'node:util';
import { isGood, storm } from './storm/storm.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1.5' }, seed: { type: 'string', default: '1' } },
});
const report = await storm({
  seconds: Number(values.minutes) * 60,
  seed: Number(values.seed),
  tell: (line) => console.log(line),
});
console.log(JSON.stringify(report, null, 2));
const good = isGood(report);
console.log(
  good
    ? `seed ${report.seed}: ${report.logins} logins, nothing lost, doubled or decided wrongly`
    : 'FAILED: see found, examples, exits.other and noJson',
);
process.exit(good ? 0 : 1);
