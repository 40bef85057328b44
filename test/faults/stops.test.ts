import t from 'tap';
import { kafkaAvailable } from '../../dev/kafka.ts';
import { secretsIssued, watchedLog } from '../support/secret-leaks.ts';
import { isWhole } from './examine.ts';
import { stops } from './stops.ts';

const kafka = await kafkaAvailable();
const skip = kafka.available ? false : kafka.reason;

// The short form of `npm run test:stops`. The three processes' logs are searched for secrets, too.
t.test(
  'SIGTERM to each role while people sign in: exit 0, no login failed, one result each',
  { skip, timeout: 300_000 },
  async (t) => {
    const log = watchedLog(t, 'the three processes');
    const report = await stops({ rounds: 1, onLog: log.write });
    t.same(report.failed, []);
    t.same(
      Object.values(report.stops).map(({ exits }) => exits),
      [[0], [0], [0]],
    );
    t.equal(report.logins, report.signedIn);
    t.ok(isWhole(report), JSON.stringify(report));
    t.ok(log.lines.length > 100, `${log.lines.length} lines, ${secretsIssued()} secrets`);
  },
);
