/** `npm run test:recovery -- [--times N] [--only NAME]`: each kind of fault alone: p50 and max until nobody waits. */
import { parseArgs } from 'node:util';
import { recovery } from './storm/recovery.ts';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
});
const table = await recovery({
  times: Number(values.times),
  only: values.only,
  tell: (line) => console.log(line),
});
if (table.length === 0) {
  console.error(`no kind of fault is called '${values.only}'`);
  process.exit(2);
}
const seconds = (milliseconds = 0) => (milliseconds / 1000).toFixed(1);
let good = true;
console.log('| fault | lasts, s | p50, s | max, s | goal, s |\n|---|---|---|---|---|');
for (const { name, lasts, goal, took } of table) {
  const max = took.at(-1) ?? 0;
  good &&= max <= goal * 1000;
  console.log(
    `| ${name} | ${lasts} | ${seconds(took[Math.floor(took.length / 2)])} | ${seconds(max)} | ${goal} |`,
  );
}
console.log(good ? 'every recovery is within its goal' : 'FAILED: a maximum is above its goal');
process.exit(good ? 0 : 1);
