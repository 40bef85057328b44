import type { Command } from 'commander';
import { addSubcommand } from './command.ts';
import { configFor, type Io } from './io.ts';
import { type OutputOptions, printTable } from './output.ts';
import { silentLog } from './silent-log.ts';

export function topicsCommand(program: Command, io: Io): void {
  addSubcommand(program, 'topics', 'make the Kafka topics that are missing')
    .option('--check', 'only look: exit code 1 where one is missing, or has not a partition a lane')
    .addHelpText('after', '\nMay run as often as you like; a topic that is there is left as it is.')
    .action(async (options: OutputOptions & { check?: boolean }) => {
      const { createTopics, describeTopics, refuseUnfit, TOPICS_CONFIG } = await import('../kafka/topics.ts');
      const config = configFor(io, ...TOPICS_CONFIG);
      const topics = options.check
        ? (await describeTopics(config, silentLog())).topics
        : await createTopics(config, silentLog());
      printTable(
        io,
        options,
        topics.map((topic) => ({ ...topic })),
        'no topic',
      );
      if (options.check) refuseUnfit(topics);
    });
}
