import type { Command } from 'commander';
import { createLogger, type Logger } from '../observability/log.ts';
import { type RunningRole, runRole } from '../roles/run-role.ts';
import { configFor, type Io } from './io.ts';

interface Role {
  name: string;
  description: string;
  /** Imported by its own command alone: `company list` loads neither Fastify nor kafkajs. */
  start(io: Io, logger: (level: string) => Logger): Promise<[Logger, () => Promise<RunningRole>]>;
}

const ROLES: Role[] = [
  {
    name: 'server',
    description: "run the browser's side: sign-in, sessions, pages",
    async start(io, logger) {
      const { SERVER_CONFIG, startServer } = await import('../roles/server.ts');
      const config = configFor(io, ...SERVER_CONFIG);
      const log = logger(config.LOG_LEVEL);
      return [log, () => startServer({ config, log })];
    },
  },
  {
    name: 'relay',
    description: 'run the relay: what the database tells, to Kafka',
    async start(io, logger) {
      const { RELAY_CONFIG, startRelay } = await import('../roles/relay.ts');
      const config = configFor(io, ...RELAY_CONFIG);
      const log = logger(config.LOG_LEVEL);
      return [log, () => startRelay({ config, log })];
    },
  },
  {
    name: 'worker',
    description: 'run the linking worker: from logins to link results',
    async start(io, logger) {
      const { WORKER_CONFIG, startWorker } = await import('../roles/worker.ts');
      const config = configFor(io, ...WORKER_CONFIG);
      const log = logger(config.LOG_LEVEL);
      return [log, () => startWorker({ config, log })];
    },
  },
];

/** The roles run until SIGTERM or SIGINT, and log JSON lines to standard output. */
export function roleCommands(program: Command, io: Io): void {
  for (const { name, description, start } of ROLES) {
    program
      .command(name)
      .description(description)
      .action(async () => {
        const [log, role] = await start(io, (level) => createLogger({ level, role: name }));
        await runRole(log, role);
      });
  }
}
