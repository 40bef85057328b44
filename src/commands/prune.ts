import type { Command } from 'commander';
import { audit } from '../audit.ts';
import type { Database, Transaction } from '../db/client.ts';
import { publishTombstones } from '../states/identity-states.ts';
import { addSubcommand, milliseconds } from './command.ts';
import { actor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone } from './output.ts';

const HELP = `
Deletes, in batches:
  sessions       past their absolute end
  logins         with their results, decided before the given time, which no session needs; one without a
                 result stays, since its event is still on its way
  identities     that are linked to nobody, have no login left, and were last seen before it, with the history of
                 their links. Where a link was removed, the identity stays without email and name, so that it still waits for an approval
  dead letters   of both kinds, put aside or replayed before it
  removed accounts  the hashes of social accounts that were removed before it: from then on an older change could bring
                 one back
Users, links and the audit log stay. Choose more than the topics' retention: an event that is read again after
its login was deleted becomes a dead letter.`;

const BATCH = 2_000;

export interface Pruned {
  sessions: number;
  logins: number;
  identities: number;
  dead_letters: number;
  removed_accounts: number;
}

export function pruneCommand(program: Command, io: Io): void {
  addSubcommand(
    program,
    'prune',
    'delete ended sessions, old logins with their results, people linked to nobody, dead letters',
  )
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
        const { sessions, logins, identities, dead_letters, removed_accounts } = pruned;
        const sentence =
          `${sessions} sessions, ${logins} logins with their results, ${identities} SSO identities, ` +
          `${dead_letters} dead letters and ${removed_accounts} hashes of removed accounts deleted`;
        printDone(io, options, sentence, { ...pruned, before });
      }),
    );
}

/** A batch is a statement and a transaction of its own, so that nobody waits long for a lock. */
export async function prune(database: Pick<Database, 'sql' | 'transaction'>, before: Date): Promise<Pruned> {
  const { sql } = database;
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
    identities: await pruneIdentities(database, at),
    dead_letters:
      (await inBatches(
        () => sql`
          DELETE FROM dead_letters WHERE id IN (
            SELECT id FROM dead_letters WHERE coalesce(replayed_at, created_at) < ${at}
            LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
      )) +
      (await inBatches(
        () => sql`
          DELETE FROM outbox_dead WHERE id IN (
            SELECT id FROM outbox_dead WHERE died_at < ${at} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
      )),
    removed_accounts: await inBatches(
      () => sql`
        DELETE FROM removed_accounts WHERE hash IN (
          SELECT hash FROM removed_accounts WHERE recorded_at < ${at} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
    ),
  };
}

/**
 * Who is linked to nobody is out of reach of `users delete`. Page by page along the primary key, since most
 * identities are linked and stay. One that signs in meanwhile is held by its login, or seen too lately.
 */
async function pruneIdentities(database: Pick<Database, 'transaction'>, at: string): Promise<number> {
  let total = 0;
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const page = await database.transaction((tx) => prunePage(tx, after, at));
    total += page.deleted;
    if (page.last === null) return total;
    after = page.last;
  }
}

/** A page of the primary key: what was said of those that are deleted is withdrawn. */
async function prunePage(
  tx: Transaction,
  after: string,
  at: string,
): Promise<{ last: string | null; deleted: number }> {
  const [page] = await tx.sql<{ last: string | null; deleted: number; published: string[] }[]>`
      WITH page AS MATERIALIZED (
        SELECT id FROM sso_identities WHERE id > ${after} ORDER BY id LIMIT ${BATCH}
      ), old AS MATERIALIZED (
        SELECT i.id, i.link_removed_at IS NOT NULL AS waits FROM sso_identities i JOIN page USING (id)
        WHERE i.user_id IS NULL AND i.last_login_at < ${at}
          AND NOT EXISTS (SELECT FROM logins l WHERE l.sso_identity_id = i.id)
        FOR UPDATE OF i SKIP LOCKED
      ), emptied AS (
        UPDATE sso_identities SET email = NULL, name = NULL
        WHERE id IN (SELECT id FROM old WHERE waits) AND (email IS NOT NULL OR name IS NOT NULL)
      ), history AS (
        DELETE FROM link_changes WHERE sso_identity_id IN (SELECT id FROM old WHERE NOT waits)
      ), deleted AS (
        DELETE FROM sso_identities WHERE id IN (SELECT id FROM old WHERE NOT waits) RETURNING id, state
      )
      SELECT (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last, count(*)::int AS deleted,
        coalesce(jsonb_agg(id) FILTER (WHERE state IS NOT NULL), '[]') AS published FROM deleted`;
  await publishTombstones(tx, page?.published ?? [], 'operator');
  return { last: page?.last ?? null, deleted: page?.deleted ?? 0 };
}

async function inBatches(deleteSome: () => Promise<{ count: number }>): Promise<number> {
  let total = 0;
  for (;;) {
    const { count } = await deleteSome();
    total += count;
    if (count === 0) return total;
  }
}
