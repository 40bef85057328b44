import type { Command } from 'commander';
import { createLogger, type Logger } from '../observability/log.ts';
import { type Running, runRole } from '../shutdown.ts';
import { configFor, type Io } from './io.ts';

interface Role {
  name: string;
  about: string;
  /** Imported by its own command alone: `company list` loads neither Fastify nor kafkajs. */
  start(io: Io, logger: (level: string) => Logger): Promise<[Logger, () => Promise<Running>]>;
}

const ROLES: Role[] = [
  {
    name: 'server',
    about: "run the browser's side: sign-in, sessions, pages",
    async start(io, logger) {
      const { SERVER_CONFIG, startServer } = await import('../server.ts');
      const config = configFor(io, ...SERVER_CONFIG);
      const log = logger(config.LOG_LEVEL);
      return [log, () => startServer({ config, log })];
    },
  },
  {
    name: 'relay',
    about: 'run the relay: what the database tells, to Kafka',
    async start(io, logger) {
      const { RELAY_CONFIG, startRelay } = await import('../relay.ts');
      const config = configFor(io, ...RELAY_CONFIG);
      const log = logger(config.LOG_LEVEL);
      return [log, () => startRelay({ config, log })];
    },
  },
  {
    name: 'worker',
    about: 'run the linking worker: from logins to link results',
    async start(io, logger) {
      const { WORKER_CONFIG, startWorker } = await import('../worker.ts');
      const config = configFor(io, ...WORKER_CONFIG);
      const log = logger(config.LOG_LEVEL);
      return [log, () => startWorker({ config, log })];
    },
  },
];

/** The roles run until SIGTERM or SIGINT, and log JSON lines to standard output. */
export function roleCommands(program: Command, io: Io): void {
  for (const { name, about, start } of ROLES) {
    program
      .command(name)
      .description(about)
      .action(async () => {
        const [log, role] = await start(io, (level) => createLogger({ level, role: name }));
        await runRole(log, role);
      });
  }
}
