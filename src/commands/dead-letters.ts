import type { Command } from 'commander';
import { SsoLinkError } from '../errors.ts';
import {
  listDeadLetters,
  type ReplayedDeadLetters,
  replayDeadLetters,
} from '../outbox/replay-dead-letters.ts';
import { addSubcommand, positiveInteger } from './command.ts';
import { actor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone, printTable, withDates } from './output.ts';

const ABOUT = `
Two kinds: 'record', a record that the worker cannot process (its id is a UUID), and 'outbox',
an event that Kafka rejects permanently (its id is a number).`;

const REPLAY_HELP = `
A record is sent to its topic again, an event is put into the outbox again; the relay sends both. A record that
still cannot be processed becomes a dead letter again. --all replays those that were not replayed before.`;

export function deadLettersCommands(program: Command, io: Io): void {
  const letters = program
    .command('dead-letters')
    .description('records and events that could not be processed')
    .addHelpText('after', ABOUT);

  addSubcommand(letters, 'list', 'list dead letters, the oldest first')
    .option('--replayed', 'include those that were replayed')
    .option('--limit <n>', 'maximum number of rows', positiveInteger, 100)
    .action((options: OutputOptions & { replayed?: boolean; limit: number }) =>
      withDatabase(io, async (database) => {
        const { replayed = false, limit } = options;
        const rows = await listDeadLetters(database, { replayed, limit });
        printTable(
          io,
          options,
          rows.map((row) => withDates({ ...row })),
          'no dead letter',
        );
      }),
    );

  addSubcommand(letters, 'replay', 'send dead letters again')
    .argument('[id...]', 'as `dead-letters list` shows them')
    .option('--all', 'all of both kinds that were not replayed')
    .addHelpText('after', REPLAY_HELP)
    .action((ids: string[], options: OutputOptions & { all?: boolean }) => {
      if (ids.length > 0 === (options.all ?? false)) {
        throw new SsoLinkError('replay_what', 'dead-letters replay needs either ids or --all');
      }
      return withDatabase(io, async (database) => {
        const done = await replayDeadLetters(database, actor(io), ids.length > 0 ? ids : 'all');
        printDone(io, options, sentence(done), done);
      });
    });
}

function sentence({ records, outbox }: ReplayedDeadLetters): string {
  return `${records} records and ${outbox} events were queued again; the relay sends them`;
}
