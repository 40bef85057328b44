/** Ends sessions at once: the next read says that nobody is signed in. The links stay. */
import { audit } from '../audit.ts';
import { lockCompany } from '../companies/companies.ts';
import type { Database, Transaction } from '../db/client.ts';

export interface OpenSession {
  id: string;
  ssoIdentityId: string;
  /** The slug of the company by whose SSO client the person signed in. */
  company: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** The sessions of a user, the newest first. @param of.companyId of one company */
export async function listSessions(
  { sql }: Pick<Database, 'sql'>,
  of: { userId: string; companyId?: string | null },
): Promise<OpenSession[]> {
  const rows = await sql<Record<keyof OpenSession, string>[]>`
    SELECT s.id, s.sso_identity_id AS "ssoIdentityId", c.slug AS company, s.created_at AS "createdAt",
      s.last_used_at AS "lastUsedAt", s.expires_at AS "expiresAt"
    FROM sessions s
    JOIN sso_identities i ON i.id = s.sso_identity_id
    JOIN companies c ON c.id = i.company_id
    WHERE i.user_id = ${of.userId} AND s.expires_at > now()
      AND (${of.companyId ?? null}::uuid IS NULL OR i.company_id = ${of.companyId ?? null}::uuid)
    ORDER BY s.created_at DESC, s.id`;
  return rows.map((row) => ({
    ...row,
    createdAt: new Date(row.createdAt),
    lastUsedAt: new Date(row.lastUsedAt),
    expiresAt: new Date(row.expiresAt),
  }));
}

/** Ends a user's sessions. @param of.companyId those of one company */
export async function revokeUserSessions(
  tx: Transaction,
  actor: string,
  of: { userId: string; companyId?: string | null },
): Promise<{ ended: number; changed: boolean }> {
  const companyId = of.companyId ?? null;
  const { count } = await tx.sql`
    DELETE FROM sessions s USING sso_identities i
    WHERE s.sso_identity_id = i.id AND i.user_id = ${of.userId}
      AND (${companyId}::uuid IS NULL OR i.company_id = ${companyId}::uuid)`;
  if (count > 0) {
    await audit(tx, {
      ...{ actor, action: 'sessions.revoke', target: of.userId, details: { ended: count } },
      ...(companyId !== null && { companyId }),
    });
  }
  return { ended: count, changed: count > 0 };
}

/** Ends the sessions of all people of a company. @throws SsoLinkError `company_not_found` */
export async function revokeCompanySessions(
  tx: Transaction,
  actor: string,
  slug: string,
): Promise<{ ended: number; changed: boolean }> {
  const company = await lockCompany(tx, slug);
  const { count } = await tx.sql`
    DELETE FROM sessions s USING sso_identities i
    WHERE s.sso_identity_id = i.id AND i.company_id = ${company.id}`;
  if (count > 0) {
    const details = { ended: count };
    await audit(tx, { actor, action: 'sessions.revoke', target: slug, companyId: company.id, details });
  }
  return { ended: count, changed: count > 0 };
}
