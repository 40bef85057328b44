import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { kafkaAvailable } from '../../dev/kafka.ts';

const kafka = await kafkaAvailable();

/** What the demo printed, line by line. */
async function demo(...args: string[]) {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', 'dev/demo.ts', '--json', ...args]);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { lines, of: (type: string) => lines.filter((line) => line.type === type) };
}

t.test('the demo: ten logins and twenty events, one of a person whose email is unverified', async (t) => {
  const { lines, of } = await demo();
  t.equal(of('login').length, 10);
  t.equal(of('event').length, 20);
  t.match(
    of('login').find((login) => login.email === 'uma@acme.test'),
    { outcome: 'refused', reason: 'email_unverified', user_id: null },
  );
  t.match(lines.at(-1), { type: 'summary', logins: 10, results: 10 });
});

t.test(
  'the demo on a real Kafka: ten logins, twenty events, and metrics of each role that agree',
  { skip: kafka.available ? false : kafka.reason, timeout: 180_000 },
  async (t) => {
    const { lines, of } = await demo('--kafka');
    t.equal(of('login').length, 10);
    t.equal(of('event').length, 20);
    t.match(of('metrics'), [
      { role: 'server', told: { recorded: 10 }, agrees: true },
      { role: 'relay', told: { waiting: 0 }, agrees: true },
      { role: 'worker', told: { lag: 0 }, agrees: true },
    ]);
    t.equal(lines.length, 34);
    t.match(lines.at(-1), { type: 'summary', logins: 10, results: 10 });
  },
);
