/** `npm run test:crash`: ten thousand logins; the worker is killed five times, the relay twice. */
import { crash } from './crash.ts';
import { isWhole } from './examine.ts';

const report = await crash({
  logins: 10_000,
  kills: { worker: 5, relay: 2 },
  tell: (line) => console.log(line),
});
console.log(JSON.stringify(report, null, 2));
const good = isWhole(report);
console.log(
  good
    ? `${report.results} results, no duplicate, none missing`
    : 'NOT as it has to be: see results, missing, duplicates and left',
);
process.exit(good ? 0 : 1);
