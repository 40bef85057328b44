import { mock } from 'node:test';
import { logLevel } from 'kafkajs';
import { pino } from 'pino';
import t from 'tap';
import { kafkajsLog } from '../../src/kafka/kafkajs-log.ts';

t.test('an outage is two lines: its first message, and how often it came', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const lines: { level: number; msg: string; times?: number }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  // Each client that replaces another has a kafkajs log of its own.
  const loggers = [kafkajsLog(log), kafkajsLog(log)];
  const say = (message: string, n: number) =>
    loggers[n % 2]?.({
      namespace: '',
      level: logLevel.ERROR,
      label: '',
      log: { timestamp: '', message },
    });
  for (let n = 0; n < 300; n += 1) {
    say(`Connection error, restarting in ${100 + n}ms`, n);
    mock.timers.tick(1_000);
  }
  say('another', 0);
  t.same(
    lines.map(({ msg }) => msg),
    ['kafkajs: Connection error, restarting in 100ms', 'kafkajs: another'],
  );
  mock.timers.tick(60_000);
  t.match(lines.at(-1), { level: 40, msg: /^kafkajs, ended: Connection error/, times: 300 });
  t.equal(lines.length, 3, 'what came once has no second line');
});
