import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { createLogger, type Logger } from '../observability/log.ts';
import { envOfRole, ROLE_ORDER, startRoles } from '../roles/all-roles.ts';
import { type RunningRole, runRole } from '../roles/run-role.ts';
import type { Io } from './io.ts';

interface Role {
  description: string;
  /**
   * Reads the configuration and gives the role's logger and its start. Imported by its own command alone:
   * `company list` loads neither Fastify nor kafkajs.
   */
  prepare(env: Io['env']): Promise<{ log: Logger; start: () => Promise<RunningRole> }>;
}

const ROLES: Record<(typeof ROLE_ORDER)[number], Role> = {
  server: {
    description: 'serve sign-in, sessions and pages to browsers',
    async prepare(env) {
      const { SERVER_CONFIG, startServer } = await import('../roles/server.ts');
      const config = readConfig(env, SERVER_CONFIG, 'server');
      const log = createLogger({ level: config.LOG_LEVEL, role: 'server' });
      return { log, start: () => startServer({ config, log }) };
    },
  },
  relay: {
    description: 'publish the events of the outbox to Kafka',
    async prepare(env) {
      const { RELAY_CONFIG, startRelay } = await import('../roles/relay.ts');
      const config = readConfig(env, RELAY_CONFIG, 'relay');
      const log = createLogger({ level: config.LOG_LEVEL, role: 'relay' });
      return { log, start: () => startRelay({ config, log }) };
    },
  },
  worker: {
    description: 'run the linking worker, which decides each login and emits its link result',
    async prepare(env) {
      const { WORKER_CONFIG, startWorker } = await import('../roles/worker.ts');
      const config = readConfig(env, WORKER_CONFIG, 'worker');
      const log = createLogger({ level: config.LOG_LEVEL, role: 'worker' });
      return { log, start: () => startWorker({ config, log }) };
    },
  },
  api: {
    description: 'serve the administrative API on its own listener',
    async prepare(env) {
      const { API_CONFIG, startApi } = await import('../roles/api.ts');
      const config = readConfig(env, API_CONFIG, 'api');
      const log = createLogger({ level: config.LOG_LEVEL, role: 'api' });
      return { log, start: () => startApi({ config, log }) };
    },
  },
};

const ALL_HELP = `
For small installations. PORT and METRICS_PORT are the server's; the relay takes the next port and the worker
the one after it. The API listens on API_HOST and API_PORT, and METRICS_PORT + 3 is its. SIGTERM stops the API first,
then the server, the worker and the relay.`;

/** The roles run until SIGTERM or SIGINT, and log JSON lines to standard output. */
export function roleCommands(program: Command, io: Io): void {
  for (const [name, { description, prepare }] of Object.entries(ROLES)) {
    program
      .command(name)
      .description(description)
      .action(async () => {
        const { log, start } = await prepare(io.env);
        await runRole(log, start);
      });
  }
  program
    .command('all')
    .description('run server, relay, worker and api in one process')
    .addHelpText('after', ALL_HELP)
    .action(async () => {
      const roles = await Promise.all(ROLE_ORDER.map((role) => ROLES[role].prepare(envOfRole(io.env, role))));
      const log = createLogger({ level: readConfig(io.env, ['LOG_LEVEL']).LOG_LEVEL, role: 'all' });
      await runRole(log, () => startRoles(roles.map((role) => role.start)));
    });
}
