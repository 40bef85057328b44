/** The state topic `sso.companies`: a record for each change of a company's sign-in, in the transaction of the change. */
import type { Transaction } from '../db/client.ts';
import { type CompanySsoChanged, companySsoChanged } from '../events/company-sso-changed.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';

type Found = Omit<CompanySsoChanged, 'changed_by' | 'at'>;

/**
 * Publishes what is true of companies after a change. Locks their rows, so that of two changes at once the later event
 * has both.
 * @param actor who made the change
 */
export async function publishCompanyStates(tx: Transaction, actor: string, ids: string[]): Promise<void> {
  await tx.sql`SELECT 1 FROM companies WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
  // A statement of its own: it sees what was committed before the lock was given.
  const found = await tx.sql<Found[]>`
    SELECT c.id AS company_id, c.slug AS company, c.name, c.status,
      (SELECT coalesce(jsonb_agg(domain ORDER BY domain), '[]') FROM company_domains d WHERE d.company_id = c.id)
        AS domains,
      (SELECT coalesce(jsonb_agg(d.domain ORDER BY d.domain), '[]')
        FROM company_domains d JOIN domain_challenges h ON h.domain = d.domain AND h.company_id = d.company_id
        WHERE d.company_id = c.id AND h.verified_at IS NOT NULL
          AND h.last_answer IN ('no_record', 'other_value', 'no_such_domain')) AS unproven_domains,
      CASE k.status WHEN 'active' THEN 'active' WHEN 'draft' THEN 'draft' ELSE 'off' END AS sso,
      s.expires_on AS secret_expires_on
    FROM companies c
    LEFT JOIN LATERAL (
      SELECT id, status FROM sso_clients WHERE company_id = c.id AND status IN ('active', 'draft')
      ORDER BY status LIMIT 1
    ) AS k ON true
    LEFT JOIN LATERAL (
      SELECT CASE WHEN bool_and(expires_on IS NOT NULL) THEN max(expires_on)::text END AS expires_on
      FROM sso_client_secrets WHERE sso_client_id = k.id AND retired_at IS NULL
    ) AS s ON true
    WHERE c.id = ANY(${ids}::uuid[]) ORDER BY c.id`;
  const time = new Date();
  await append(
    tx,
    found.map((company) =>
      companySsoChanged.create(
        { id: newId(), source: 'urn:sso-link:companies', time, subject: company.company_id },
        { ...company, changed_by: actor, at: time.toISOString() },
      ),
    ),
  );
}
