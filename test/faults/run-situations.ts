/** `npm run test:situations -- [--only NAME]`: SIGTERM to each role in eight situations; each must end with 0 in time. */
import { parseArgs } from 'node:util';
import { situations } from './storm/situations.ts';

const WITHIN_MS = 10_000;

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const stopped = await situations({ only: values.only, tell: (line) => console.log(line) });
const bad = stopped.filter(({ exit, took }) => exit !== 0 || took > WITHIN_MS);
console.log(
  bad.length === 0
    ? `${stopped.length} stops, all with exit 0 within ${WITHIN_MS / 1000} s`
    : `FAILED: ${JSON.stringify(bad)}`,
);
process.exit(bad.length === 0 ? 0 : 1);
