import type { Transaction } from '../db/client.ts';
import { actor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone } from './output.ts';

/**
 * Runs a use case in one transaction, in the operator's name, and prints what it did.
 * @param change the use case
 * @param report a sentence for a person, and the same as JSON
 */
export function runChange<T>(
  io: Io,
  options: OutputOptions,
  change: (tx: Transaction, actor: string) => Promise<T>,
  report: (done: T) => [sentence: string, json: object],
): Promise<void> {
  return withDatabase(io, async (database) => {
    const done = await database.transaction((tx) => change(tx, actor(io)));
    printDone(io, options, ...report(done));
  });
}
