/**
 * The state topic `sso.identities`: a record for each change of what is true of an SSO identity, in the transaction of the
 * change. `sso_identities` holds what was published (state, state_sequence, state_at). The linking worker decides the
 * states of a chunk itself (src/linking/chunk-states.ts); every other change goes through here.
 */
import type { Transaction } from '../db/client.ts';
import { identityState } from '../events/identity-state.ts';
import type { IdentityStateName } from '../events/state-names.ts';
import { newId } from '../ids.ts';
import { append, type OutboxRow } from '../outbox/append.ts';

/** A state as `sso_identities` holds it. */
export interface StoredState {
  id: string;
  companyId: string;
  /** The company's slug. */
  company: string;
  userId: string | null;
  state: IdentityStateName;
  /** In decimal. */
  sequence: string | bigint;
  /** ISO 8601 in UTC. */
  at: string;
}

/** The event of a state. Published again, it has another id, and the number that it had. */
export function identityStateEvent(stored: StoredState, source: string): OutboxRow {
  const { id, companyId, company, userId, state, sequence, at } = stored;
  return identityState.create(
    { id: newId(), source: `urn:sso-link:${source}`, time: new Date(at), subject: id, sequence },
    {
      sso_identity_id: id,
      company_id: companyId,
      company,
      user_id: userId,
      state,
      sequence: Number(sequence),
      at,
    },
  );
}

/**
 * Publishes the states of SSO identities after a change of their links or of what their directory says. The caller has
 * locked them, and has written the change. Of an identity whose user was erased nothing is said any more.
 * @param without the state of one without a link, of which none was removed
 */
export async function publishIdentityStates(
  tx: Transaction,
  ids: string[],
  source: string,
  without: 'pending' | 'refused' = 'pending',
): Promise<void> {
  if (ids.length === 0) return;
  const at = new Date().toISOString();
  const changed = await tx.sql<Omit<StoredState, 'at'>[]>`
    UPDATE sso_identities i SET state_at = ${at}, state_sequence = nextval(pg_get_serial_sequence('outbox', 'id')),
      state = CASE WHEN i.directory_state = 'inactive' THEN 'refused' WHEN i.user_id IS NOT NULL THEN 'linked'
        WHEN i.link_removed_at IS NOT NULL THEN 'unlinked' ELSE ${without}::text END
    FROM companies c WHERE c.id = i.company_id AND i.id = ANY(${ids}::uuid[])
      AND NOT EXISTS (SELECT FROM users u WHERE u.id = i.user_id AND u.status = 'deleted')
    RETURNING i.id, i.company_id AS "companyId", c.slug AS company, i.user_id AS "userId", i.state,
      i.state_sequence::text AS sequence`;
  await append(
    tx,
    changed.map((row) => identityStateEvent({ ...row, at }, source)),
  );
}

/** Publishes that SSO identities are erased or deleted: compaction then drops what was said of them. */
export async function publishTombstones(tx: Transaction, ids: string[], source: string): Promise<void> {
  const time = new Date();
  await append(
    tx,
    ids.map((id) =>
      identityState.tombstone({ id: newId(), source: `urn:sso-link:${source}`, time, subject: id }),
    ),
  );
}
