import t from 'tap';
import { kafkaAvailable } from '../../dev/kafka.ts';
import { cuts, recovered } from './cuts.ts';

const kafka = await kafkaAvailable();
const skip = kafka.available ? false : kafka.reason;

// The short form of `npm run test:cuts`.
for (const role of ['relay', 'worker', 'server'] as const) {
  t.test(
    `resets of the ${role}'s PostgreSQL connections: it recovers, and SIGTERM ends it with 0`,
    { skip, timeout: 300_000 },
    async (t) => {
      const report = await cuts({ role, seconds: 12, every: 100 });
      t.ok(recovered(report), JSON.stringify(report));
      t.ok(report.resets > 50, `${report.resets} resets`);
    },
  );
}
