import type { Transaction } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import type { LinkResult } from '../events/link-result.ts';
import type { Span } from '../observability/trace.ts';
import type { StoredState } from '../states/identity-states.ts';
import type { IncomingLogin } from './incoming-logins.ts';

/** A login and what was decided for it. */
export interface Decided {
  login: IncomingLogin;
  /** The company's slug. */
  company: string;
  result: LinkResult;
  /** `ce_id` and `ce_sequence` of its event. */
  eventId: string;
  sequence: bigint;
  /** The decision's, and its event's. */
  spans: { decision: Span; event: Span };
}

/** A link that a login's decision makes, as the history records it. */
interface LinkMade {
  /** The SSO identity. */
  id: string;
  user_id: string;
  user_created: boolean;
  login_id: string;
  sso_client_id: string;
}

/** What a chunk's decisions change, gathered so that each table is written once. */
export interface Writes {
  /** Users who no longer hold the email that they were created for. */
  released: string[];
  created: Map<string, { id: string; company_id: string; name: string | null; sso_email: string | null }>;
  linked: LinkMade[];
  /** Users of no company who belong to one from now on. */
  claimed: { user_id: string; company_id: string }[];
  results: Decided[];
  /** By the identity's id: what is true of it after the chunk, where that is another state than before. */
  states: Map<string, Omit<StoredState, 'at'>>;
}

export const newWrites = (): Writes => ({
  released: [],
  created: new Map(),
  linked: [],
  claimed: [],
  results: [],
  states: new Map(),
});

/**
 * Sends a chunk's writes, all at once.
 * @throws SsoLinkError `chunk_conflict` when a row isn't as it was read: the chunk has to run again
 */
export async function write({ sql }: Transaction, writes: Writes, now: Date): Promise<void> {
  const created = [...writes.created.values()];
  const at = now.toISOString();
  const results = writes.results.map(({ result, eventId, sequence }) => ({
    ...result,
    ...{ event_id: eventId, sequence: String(sequence) },
  }));
  const states = [...writes.states.values()].map(({ id, state, sequence }) => ({
    ...{ id, state, sequence: String(sequence) },
  }));
  const linkedAs = new Map(states.map((state) => [state.id, state.sequence]));
  const links = writes.linked.map((link) => ({ ...link, sequence: linkedAs.get(link.id) }));
  const isLinked = new Set(links.map(({ id }) => id));
  // With the link's own update where there is one.
  const otherStates = states.filter(({ id }) => !isLinked.has(id));

  const [, , linked, claimed] = await Promise.all([
    writes.released.length > 0 &&
      sql`UPDATE users SET sso_email = NULL, updated_at = ${at} WHERE id = ANY(${writes.released}::text[])`,
    // In one order everywhere: two chunks that create the same users wait for each other, and never both.
    created.length > 0 &&
      sql`
        INSERT INTO users (id, company_id, company_set_by, name, sso_email)
        SELECT id, company_id, 'link', name, sso_email
        FROM jsonb_to_recordset(${JSON.stringify(created)}::jsonb) AS created
          (id text, company_id uuid, name text, sso_email text)
        ORDER BY sso_email, company_id`,
    // Before `claimed`: the history has the user's company as it was.
    writes.linked.length > 0 &&
      sql`
        WITH linked AS MATERIALIZED (
          SELECT * FROM jsonb_to_recordset(${JSON.stringify(links)}::jsonb) AS linked
            (id uuid, user_id text, user_created boolean, login_id uuid, sso_client_id uuid, sequence bigint)
        ), history AS (
          INSERT INTO link_changes (at, actor, change, cause, login_id, sso_client_id, sso_identity_id, user_id,
            company_before, company_set_by_before, user_created)
          SELECT ${at}::timestamptz, 'worker', 'linked', 'login', login_id, sso_client_id, linked.id, user_id,
            CASE WHEN NOT user_created THEN u.company_id END,
            CASE WHEN NOT user_created THEN u.company_set_by END, user_created
          FROM linked LEFT JOIN users u ON u.id = linked.user_id
        )
        UPDATE sso_identities i SET user_id = linked.user_id, linked_at = ${at},
          state = 'linked', state_at = ${at}, state_sequence = linked.sequence
        FROM linked WHERE i.id = linked.id AND i.user_id IS NULL`,
    // The email that a user was created for was another company's business; here somebody may have it.
    writes.claimed.length > 0 &&
      sql`
        UPDATE users u SET company_id = claimed.company_id, company_set_by = 'link', sso_email = NULL,
          updated_at = ${at}
        FROM jsonb_to_recordset(${JSON.stringify(writes.claimed)}::jsonb) AS claimed
          (user_id text, company_id uuid)
        WHERE u.id = claimed.user_id AND u.company_id IS NULL`,
    results.length > 0 &&
      sql`
        INSERT INTO link_results (login_id, sso_identity_id, company_id, outcome, reason, user_id, matched,
          policy_version, evidence, decided_at, event_id, sequence)
        SELECT * FROM jsonb_to_recordset(${JSON.stringify(results)}::jsonb) AS result
          (login_id uuid, sso_identity_id uuid, company_id uuid, outcome text, reason text, user_id text,
           matched jsonb, policy_version int, evidence jsonb, decided_at timestamptz, event_id uuid,
           sequence bigint)`,
    otherStates.length > 0 &&
      sql`
        UPDATE sso_identities i SET state = s.state, state_sequence = s.sequence, state_at = ${at}
        FROM jsonb_to_recordset(${JSON.stringify(otherStates)}::jsonb) AS s (id uuid, state text, sequence bigint)
        WHERE i.id = s.id`,
  ]);

  // Both are locked since they were read. Should that ever fail, nobody is linked across companies by it.
  const held = countOf(linked) === writes.linked.length && countOf(claimed) === writes.claimed.length;
  if (!held) throw new SsoLinkError('chunk_conflict', 'an SSO identity or a user changed under the lock');
}

function countOf(rows: false | { count: number } | undefined): number {
  return rows ? rows.count : 0;
}
