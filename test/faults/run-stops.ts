/** `npm run test:stops`: SIGTERM to each role, twenty times each, while people sign in. */
import { isWhole } from './examine.ts';
import { stops } from './stops.ts';

const report = await stops({ rounds: Number(process.argv[2] ?? 20), tell: (line) => console.log(line) });
console.log(JSON.stringify(report, null, 2));
const exits = Object.values(report.stops).flatMap((role) => role.exits);
const good =
  isWhole(report) &&
  report.logins === report.signedIn &&
  report.failed.length === 0 &&
  exits.every((exit) => exit === 0);
console.log(
  good
    ? `${exits.length} stops, all with exit 0; ${report.signedIn} sign-ins, none failed, each with one result`
    : 'NOT as it has to be: see failed, exits, logins against signedIn, missing, duplicates and left',
);
process.exit(good ? 0 : 1);
