/** `npm run test:situations -- [--only NAME]`: SIGTERM to each role in eight situations; each must end with 0 in time. */
import { parseArgs } from 'node:util';
import { hadNotBegun } from './role-process.ts';
import { type Stopped, situations } from './storm/situations.ts';

const WITHIN_MS = 10_000;

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const stopped = await situations({ only: values.only, tell: (line) => console.log(line) });
if (stopped.length === 0) {
  console.error(`no situation is called '${values.only}'`);
  process.exit(2);
}
/** Before its role has begun a process has nothing to finish: the signal ends it at once. */
const inOrder = ({ situation, exit }: Stopped) =>
  exit === 0 || (situation === 'during start' && hadNotBegun(exit));
const bad = stopped.filter((one) => !inOrder(one) || one.took > WITHIN_MS);
console.log(
  bad.length === 0
    ? `${stopped.length} stops, all in order within ${WITHIN_MS / 1000} s`
    : `FAILED: ${JSON.stringify(bad)}`,
);
process.exit(bad.length === 0 ? 0 : 1);
