/** A role with a scripted fault, for run-role.test.ts: `stopped.ts never-starts | starts-late | never-stops | fails`. */
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { runRole } from '../../src/roles/run-role.ts';

const how = process.argv[2];
const log = pino({ base: null }, pino.destination({ fd: 1, sync: true }));
const never = new Promise<never>(() => {});
setInterval(() => {}, 1_000);

await runRole(
  log,
  async () => {
    log.info('starting');
    if (how === 'never-starts') await never;
    if (how === 'starts-late') await delay(300);
    log.info('started');
    return {
      ...(how === 'fails' && { failed: Promise.reject(new Error('gone')) }),
      async stop() {
        if (how === 'never-stops') await never;
      },
    };
  },
  1_000,
);
