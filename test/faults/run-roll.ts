/** `npm run test:roll [FROM [TO]]`: from one commit to another while people sign in; by default from the last one to this one. */
import { commitOf } from './build.ts';
import { isWhole } from './examine.ts';
import { roll } from './roll.ts';

const [from, to] = [await commitOf(process.argv[2] ?? 'HEAD~1'), await commitOf(process.argv[3] ?? 'HEAD')];
if (!from || !to) throw new Error('needs a checkout with its history: git fetch --unshallow');
const report = await roll({ from, to, tell: (line) => console.log(line) });
console.log(JSON.stringify(report, null, 2));
const good =
  isWhole(report) &&
  report.logins === report.signedIn &&
  report.refused + report.failed.length === 0 &&
  report.exits.every((exit) => exit === 0);
console.log(
  good
    ? `${from} to ${to}: ${report.signedIn} sign-ins, none refused, none failed, each with one result`
    : 'NOT as it has to be: see failed, refused, exits, logins against signedIn, missing, duplicates and left',
);
process.exit(good ? 0 : 1);
