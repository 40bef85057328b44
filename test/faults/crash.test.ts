import t from 'tap';
import { kafkaAvailable } from '../../dev/kafka.ts';
import { crash } from './crash.ts';

const kafka = await kafkaAvailable();
const skip = kafka.available ? false : kafka.reason;

// The short form of `npm run test:crash`.
t.test(
  'killed relays and workers lose nothing and decide nothing twice',
  { skip, timeout: 300_000 },
  async (t) => {
    const report = await crash({ logins: 2_000, kills: { worker: 1, relay: 1 } });
    t.equal(report.results, 2_000);
    t.equal(report.missing, 0);
    t.equal(report.duplicates, 0);
    t.equal(report.left, 0);
  },
);
