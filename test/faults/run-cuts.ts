/** `npm run test:cuts -- [DURATION_BUCKETS] [ROLE]`: each role in turn, its PostgreSQL connections reset at random moments. */
import { cuts, recovered } from './cuts.ts';
import type { RoleName } from './role-process.ts';

const seconds = Number(process.argv[2] ?? 120);
const roles = process.argv[3] ? [process.argv[3] as RoleName] : (['relay', 'worker', 'server'] as const);
let good = true;
for (const role of roles) {
  const report = await cuts({ role, seconds, every: 160, tell: (line) => console.log(`${role}: ${line}`) });
  console.log(JSON.stringify(report, null, 2));
  good &&= recovered(report);
}
console.log(
  good
    ? 'every role recovered from every reset'
    : 'FAILED: see missing, duplicates, left, recoveredAfter, ready, exit, stopTook and noJson',
);
process.exit(good ? 0 : 1);
