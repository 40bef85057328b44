import type { Database } from '../db/client.ts';
import { LOST_RACES, retryOnCodes } from '../db/retry-on-codes.ts';
import { SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import { mergeLateMatch } from './late-matches.ts';

const SOME = 100;
const ACTOR = 'worker';

/**
 * Merges the late matches of companies that want it (`--merge-late-matches`), each in a transaction. One that is not
 * simple any more waits for an operator from then on.
 * @returns how many were merged
 */
export async function mergeAutomatically(database: Database, log: Logger): Promise<number> {
  const open = await database.sql<{ id: string }[]>`
    SELECT id FROM late_matches WHERE state = 'open' AND automatic ORDER BY id LIMIT ${SOME}`;
  let merged = 0;
  for (const { id } of open) {
    try {
      const merge = () => database.transaction((tx) => mergeLateMatch(tx, ACTOR, id, { automatic: true }));
      const { identityId, userId } = await retryOnCodes(merge, {
        codes: LOST_RACES,
        tries: 5,
        pause: () => 20,
      });
      log.info({ late_match: id, sso_identity_id: identityId, user_id: userId }, 'late match merged');
      merged += 1;
    } catch (error) {
      if (!(error instanceof SsoLinkError) || !error.code.startsWith('late_match_')) throw error;
      log.info({ late_match: id, why: error.message }, 'late match waits for an operator');
      await database.sql`UPDATE late_matches SET automatic = false WHERE id = ${id} AND state = 'open'`;
    }
  }
  return merged;
}
