import type { Command } from 'commander';
import { audit } from '../audit.ts';
import type { Database } from '../db/client.ts';
import { leaf, milliseconds } from './command.ts';
import { actor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone } from './output.ts';

const HELP = `
Deletes, in batches: sessions that have ended; logins with their results, decided before the given time, which no
session needs; dead letters replayed before it. A login without a result stays, since its event is still on its
way. Links, SSO identities and the audit log stay. Choose more than the topics' retention: an event that is
read again after its login was deleted becomes a dead letter.`;

const BATCH = 2_000;

export interface Pruned {
  sessions: number;
  logins: number;
  dead_letters: number;
}

export function pruneCommand(program: Command, io: Io): void {
  leaf(program, 'prune', 'delete ended sessions, and old logins, results and dead letters')
    .requiredOption('--older-than <duration>', 'like 90d', milliseconds)
    .addHelpText('after', HELP)
    .action((options: OutputOptions & { olderThan: number }) =>
      withDatabase(io, async (database) => {
        const before = new Date(Date.now() - options.olderThan);
        const pruned = await prune(database, before);
        await database.transaction((tx) =>
          audit(tx, {
            actor: actor(io),
            action: 'prune',
            target: `before ${before.toISOString()}`,
            details: { ...pruned },
          }),
        );
        const { sessions, logins, dead_letters } = pruned;
        const sentence = `${sessions} sessions, ${logins} logins with their results and ${dead_letters} dead letters deleted`;
        printDone(io, options, sentence, { ...pruned, before });
      }),
    );
}

/** A batch is a statement and a transaction of its own, so that nobody waits long for a lock. */
export async function prune({ sql }: Pick<Database, 'sql'>, before: Date): Promise<Pruned> {
  const at = before.toISOString();
  return {
    sessions: await inBatches(
      () => sql`
        DELETE FROM sessions WHERE id IN (
          SELECT id FROM sessions WHERE expires_at < now() LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
    ),
    logins: await inBatches(
      () => sql`
        DELETE FROM logins WHERE id IN (
          SELECT l.id FROM logins l JOIN link_results r ON r.login_id = l.id
          WHERE l.authenticated_at < ${at} AND r.decided_at < ${at}
            AND NOT EXISTS (SELECT FROM sessions s WHERE s.login_id = l.id)
          LIMIT ${BATCH} FOR UPDATE OF l SKIP LOCKED)`,
    ),
    dead_letters: await inBatches(
      () => sql`
        DELETE FROM dead_letters WHERE id IN (
          SELECT id FROM dead_letters WHERE replayed_at < ${at} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
    ),
  };
}

async function inBatches(deleteSome: () => Promise<{ count: number }>): Promise<number> {
  let total = 0;
  for (;;) {
    const { count } = await deleteSome();
    total += count;
    if (count === 0) return total;
  }
}
