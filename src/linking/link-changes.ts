/** The history of links: a row per change, written in the transaction of the change. docs/operating.md. */
import { companyBySlug } from '../companies/companies.ts';
import type { Database, Transaction } from '../db/client.ts';
import { linkChanges } from '../db/schema/links.ts';
import type { ssoIdentities } from '../db/schema/sign-ins.ts';
import { SsoLinkError } from '../errors.ts';

type Row = Record<string, string | number | object | null>;
type Change = Omit<typeof linkChanges.$inferInsert, 'id' | 'at'>;

const BATCH = 1_000;

/** Records one change. The worker has a set-based statement of its own (src/linking/chunk-writes.ts). */
export async function recordLinkChange(tx: Transaction, at: Date, change: Change): Promise<void> {
  await tx.db.insert(linkChanges).values({ ...change, at });
}

/**
 * The changes of an identity's link, the oldest first. Changes before migration `0007_link_changes` are not recorded.
 * @throws SsoLinkError `identity_not_found`
 */
export async function linkHistory({ sql }: Pick<Database, 'sql'>, identityId: string): Promise<Row[]> {
  const [identity] = await sql<Pick<typeof ssoIdentities.$inferSelect, 'id'>[]>`
    SELECT id FROM sso_identities WHERE id = ${identityId}`;
  if (!identity) throw new SsoLinkError('identity_not_found', `there is no SSO identity ${identityId}`);
  const rows = await sql<Row[]>`
    SELECT h.at, h.change, h.cause, h.actor, h.user_id, h.user_created, h.login_id, h.sso_client_id,
      c.slug AS company_before, h.batch
    FROM link_changes h LEFT JOIN companies c ON c.id = h.company_before
    WHERE h.sso_identity_id = ${identityId} ORDER BY h.id`;
  return rows.map((row) => ({ ...row }));
}

/**
 * A company's SSO identities with their links, by id, in batches.
 * `removed`: the link was removed and waits for an approval. `unlinked`: no login has linked it so far.
 * @throws SsoLinkError `company_not_found`
 */
export async function* listLinks(
  database: Pick<Database, 'sql' | 'db'>,
  filter: { company: string; state?: string; limit?: number },
): AsyncGenerator<Row[]> {
  const company = await companyBySlug(database, filter.company);
  const { state = null, limit = null } = filter;
  const rows = database.sql<Row[]>`
    SELECT * FROM (
      SELECT id AS sso_identity_id, ${company.id}::uuid AS company_id, ${company.slug}::text AS company,
        CASE WHEN user_id IS NOT NULL THEN 'linked' WHEN link_removed_at IS NOT NULL THEN 'removed'
          ELSE 'unlinked' END AS state,
        user_id, linked_at, link_removed_at
      FROM sso_identities WHERE company_id = ${company.id}
    ) AS links
    WHERE ${state}::text IS NULL OR state = ${state}
    ORDER BY sso_identity_id LIMIT ${limit}`;
  yield* rows.cursor(BATCH);
}
