import t from 'tap';
import { kafkaAvailable } from '../../dev/kafka.ts';
import { killMirror } from './mirror.ts';

const kafka = await kafkaAvailable();
const skip = kafka.available ? false : kafka.reason;

t.test(
  'the same changes three times in random order, a killed worker, a file import: one mirror',
  { skip, timeout: 400_000 },
  async (t) => {
    const report = await killMirror({ changes: 8_000, kills: 2, tell: (line) => t.comment(line) });
    t.comment(JSON.stringify(report));
    t.match(report, { records: 24_000, kills: 2, deadLetters: 0, different: 0 });
    t.ok(report.users > 1_000 && report.accounts > 1_000);
  },
);
