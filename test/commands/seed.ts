import { randomBytes } from 'node:crypto';
import { newId, ssoIdentityId } from '../../src/ids.ts';
import type { Sealer } from '../../src/seal.ts';
import type { TestDatabase } from '../support/database.ts';

const ISSUER = 'https://issuer.example/';

/** What logins leave in the database, written down without one. */
export function seed({ sql }: Pick<TestDatabase, 'sql'>) {
  return {
    async company(slug: string, sealer?: Sealer): Promise<{ id: string; clientId: string }> {
      const [id, clientId] = [newId(), newId()];
      await sql`INSERT INTO companies (id, slug, name) VALUES (${id}, ${slug}, ${slug})`;
      await sql`
        INSERT INTO sso_clients (id, company_id, region, issuer, client_id, client_secret, status)
        VALUES (${clientId}, ${id}, 'us', ${ISSUER}, ${slug},
          ${sealer?.seal('client-secret', `sso_clients:${clientId}`) ?? 'x'}, 'active')`;
      return { id, clientId };
    },
    async user(id: string, companyId?: string): Promise<void> {
      await sql`
        INSERT INTO users (id, company_id, company_set_by)
        VALUES (${id}, ${companyId ?? null}, ${companyId ? 'import' : null})`;
    },
    async identity(companyId: string, subject: string, userId?: string): Promise<string> {
      const id = ssoIdentityId(companyId, ISSUER, subject);
      await sql`
        INSERT INTO sso_identities (id, company_id, issuer, subject, user_id, email)
        VALUES (${id}, ${companyId}, ${ISSUER}, ${subject}, ${userId ?? null}, ${`${subject}@acme.example`})`;
      return id;
    },
    async login(
      company: { id: string; clientId: string },
      identityId: string,
      options: { daysAgo?: number; result?: { outcome: string; reason?: string; userId?: string } } = {},
    ): Promise<string> {
      const id = newId();
      const at = new Date(Date.now() - (options.daysAgo ?? 0) * 86_400_000).toISOString();
      await sql`
        INSERT INTO logins (id, state_hash, sso_identity_id, company_id, sso_client_id, authenticated_at)
        VALUES (${id}, ${randomBytes(32)}, ${identityId}, ${company.id}, ${company.clientId}, ${at})`;
      if (options.result) {
        const { outcome, reason, userId } = options.result;
        await sql`
          INSERT INTO link_results
            (login_id, sso_identity_id, company_id, outcome, reason, user_id, matched, policy_version, evidence, decided_at)
          VALUES (${id}, ${identityId}, ${company.id}, ${outcome}, ${reason ?? null}, ${userId ?? null}, '[]', 1,
            '{"rule":1}', ${at})`;
      }
      return id;
    },
    async session(loginId: string, identityId: string, options: { ends?: string; sealer?: Sealer } = {}) {
      const id = newId();
      await sql`
        INSERT INTO sessions (id, token_hash, login_id, sso_identity_id, return_to, expires_at, refresh_token, id_token)
        VALUES (${id}, ${randomBytes(32)}, ${loginId}, ${identityId}, 'https://app.example/',
          now() + ${options.ends ?? '1 day'}::interval,
          ${options.sealer?.seal('refresh', `sessions:${id}:refresh_token`) ?? null},
          ${options.sealer?.seal('id', `sessions:${id}:id_token`) ?? null})`;
      return id;
    },
  };
}
