/** Late matches, for reading. */
import type { Database } from '../db/client.ts';

export const LATE_MATCH_STATES = ['open', 'merged', 'dismissed'] as const;
export type LateMatchState = (typeof LATE_MATCH_STATES)[number];

export interface LateMatchView {
  id: string;
  /** The slug. */
  company: string;
  company_id: string;
  sso_identity_id: string;
  /** Of the person, as of the last sign-in. */
  email: string | null;
  created_user_id: string;
  user_id: string;
  state: LateMatchState;
  /** As PostgreSQL prints it. */
  found_at: string;
  decided_at: string | null;
  decided_by: string | null;
}

/** Up to `count` late matches after one, the oldest first. @param of.companyId null for all companies */
export async function pageOfLateMatches(
  { sql }: Pick<Database, 'sql'>,
  of: { companyId: string | null; state: LateMatchState | null; after: string | null; count: number | null },
): Promise<LateMatchView[]> {
  const { companyId, state, after, count } = of;
  return sql<LateMatchView[]>`
    SELECT m.id, c.slug AS company, m.company_id, m.sso_identity_id, i.email, m.created_user_id, m.user_id, m.state,
      m.found_at, m.decided_at, m.decided_by
    FROM late_matches m JOIN companies c ON c.id = m.company_id
    LEFT JOIN sso_identities i ON i.id = m.sso_identity_id
    WHERE (${companyId}::uuid IS NULL OR m.company_id = ${companyId}::uuid)
      AND (${state}::text IS NULL OR m.state = ${state}) AND (${after}::uuid IS NULL OR m.id > ${after}::uuid)
    ORDER BY m.id LIMIT ${count}`;
}

/** @param of.companyId a late match of another company counts as missing. Undefined where there is none */
export async function readLateMatch(
  { sql }: Pick<Database, 'sql'>,
  id: string,
  of: { companyId: string | null },
): Promise<LateMatchView | undefined> {
  const [row] = await sql<LateMatchView[]>`
    SELECT m.id, c.slug AS company, m.company_id, m.sso_identity_id, i.email, m.created_user_id, m.user_id, m.state,
      m.found_at, m.decided_at, m.decided_by
    FROM late_matches m JOIN companies c ON c.id = m.company_id
    LEFT JOIN sso_identities i ON i.id = m.sso_identity_id
    WHERE m.id = ${id} AND (${of.companyId}::uuid IS NULL OR m.company_id = ${of.companyId}::uuid)`;
  return row;
}
