import type { Command } from 'commander';
import { leaf } from './command.ts';
import { configFor, type Io } from './io.ts';
import { type OutputOptions, printTable } from './output.ts';
import { silentLog } from './silent-log.ts';

export function topicsCommand(program: Command, io: Io): void {
  leaf(program, 'topics', 'make the Kafka topics that are missing')
    .addHelpText('after', '\nMay run as often as you like; a topic that is there is left as it is.')
    .action(async (options: OutputOptions) => {
      const { createTopics, TOPICS_CONFIG } = await import('../kafka/topics.ts');
      const topics = await createTopics(configFor(io, ...TOPICS_CONFIG), silentLog());
      printTable(
        io,
        options,
        topics.map((topic) => ({ ...topic })),
        'no topic',
      );
    });
}
