import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { codeOf } from '../errors.ts';
import { STATE_TOPICS } from '../events/topics.ts';
import { addSubcommand, milliseconds } from './command.ts';
import { configFor, type Io } from './io.ts';
import { type OutputOptions, printTable } from './output.ts';
import { silentLog } from './silent-log.ts';

export function topicsCommand(program: Command, io: Io): void {
  addSubcommand(program, 'topics', 'create the Kafka topics that are missing')
    .option('--check', 'only check: exit code 1 when a topic is missing or has another number of partitions')
    .option('--minimal', 'send no topic settings, for clusters whose policy refuses them')
    .option('--wait <duration>', 'how long to wait for the brokers, like 30s or 5m', milliseconds, 30_000)
    .addHelpText('after', '\nIdempotent. Existing topics are not changed.')
    .action(async (options: OutputOptions & { check?: boolean; minimal?: boolean; wait: number }) => {
      const { createTopics, describeTopics, refuseUnfit, TOPICS_CONFIG } = await import('../kafka/topics.ts');
      const config = configFor(io, ...TOPICS_CONFIG);
      const topics = await whileUnavailable(options.wait, async () =>
        options.check
          ? (await describeTopics(config, silentLog())).topics
          : createTopics(config, silentLog(), { minimal: options.minimal ?? false }),
      );
      printTable(
        io,
        options,
        topics.map((topic) => ({ ...topic })),
        'no topic',
      );
      if (options.check) refuseUnfit(topics);
      const states = STATE_TOPICS.map((name) => config.KAFKA_TOPIC_PREFIX + name);
      const isNew = topics.some((made) => 'created' in made && made.created && states.includes(made.topic));
      if (options.minimal && isNew) {
        io.stderr.write(
          `set cleanup.policy=compact on ${states.join(' and ')}: else Kafka deletes states by age\n`,
        );
      }
    });
}

const PAUSE_MS = 1_000;

/** Tries again while no broker answers: a release may be installed while Kafka restarts. */
async function whileUnavailable<T>(patience: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patience;
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== 'kafka_unavailable' || Date.now() + PAUSE_MS > deadline) throw error;
      await delay(PAUSE_MS);
    }
  }
}
