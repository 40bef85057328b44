import t from 'tap';
import { kafkaAvailable } from '../../dev/kafka.ts';
import { commitOf } from './build.ts';
import { isWhole } from './examine.ts';
import { roll } from './roll.ts';

const kafka = await kafkaAvailable();
const [from = '', to = ''] = [await commitOf('HEAD~1'), await commitOf('HEAD')];
const skip = !kafka.available ? kafka.reason : from === '' ? 'the checkout has no history' : false;

t.test(
  'a rolling change from the commit before: nothing lost, nothing twice, nobody refused',
  { skip, timeout: 900_000 },
  async (t) => {
    const report = await roll({ from, to });
    t.same([report.failed, report.refused], [[], 0]);
    t.ok(report.exits.every((exit) => exit === 0));
    t.equal(report.logins, report.signedIn);
    t.ok(isWhole(report), JSON.stringify(report));
  },
);
