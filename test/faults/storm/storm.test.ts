import t from 'tap';
import { kafkaAvailable } from '../../../dev/kafka.ts';
import { isGood, storm } from './storm.ts';

const kafka = await kafkaAvailable({ own: true });
const skip = kafka.available ? false : kafka.reason;

// The short form of `npm run test:storm`.
t.test(
  'faults of every kind while people sign in: nothing lost, doubled or decided wrongly, every exit 0',
  { skip, timeout: 300_000 },
  async (t) => {
    const report = await storm({ seconds: 90, seed: 7 });
    t.ok(isGood(report), JSON.stringify(report, null, 2));
    t.ok(report.signedIn > 100, `${report.signedIn} signed in`);
  },
);
