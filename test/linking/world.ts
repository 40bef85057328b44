/** A small world in a real database: companies, people, and logins as the server would have recorded them. */
import { createHash, randomBytes } from 'node:crypto';
import { normalizeEmail } from '../../src/email.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { newId, ssoIdentityId } from '../../src/ids.ts';
import type { IncomingRecord } from '../../src/kafka/records.ts';
import type { TestDatabase } from '../support/database.ts';

const ISSUER = 'https://oauth.id.example/';

export interface Company {
  id: string;
  slug: string;
  clientId: string;
  domain: string;
}

export interface Person {
  subject: string;
  email?: string | null;
  verified?: boolean;
  name?: string | null;
  headers?: Record<string, string>;
}

export function worldOf({ sql }: Pick<TestDatabase, 'sql'>) {
  let offset = 0n;

  /** A record as the topic would hand it over; `over` replaces what a test wants to be wrong. */
  function record(over: Partial<IncomingRecord> = {}): IncomingRecord {
    return {
      topic: ssoAuthenticated.topic,
      partition: 0,
      offset: offset++,
      key: null,
      value: null,
      headers: {},
      timestamp: Date.now(),
      ...over,
    };
  }

  const withData = (original: IncomingRecord, over: Record<string, unknown>) => {
    const data = JSON.parse(String(original.value)) as object;
    return record({ ...original, value: Buffer.from(JSON.stringify({ ...data, ...over })) });
  };
  const hash = (bytes: Buffer | null) =>
    createHash('sha256')
      .update(bytes ?? '')
      .digest();

  return {
    record,

    async company(slug: string, over: { createsUsers?: boolean; domain?: string } = {}): Promise<Company> {
      const [id, clientId] = [newId(), newId()];
      const domain = over.domain ?? `${slug}.example`;
      await sql`INSERT INTO companies (id, slug, name, creates_users)
        VALUES (${id}, ${slug}, ${slug}, ${over.createsUsers ?? true})`;
      await sql`INSERT INTO company_domains (domain, company_id, verified_by)
        VALUES (${domain}, ${id}, 'operator:eve')`;
      await sql`INSERT INTO sso_clients (id, company_id, region, issuer, client_id, client_secret, status)
        VALUES (${clientId}, ${id}, 'us', ${ISSUER}, ${slug}, 'sealed', 'active')`;
      return { id, slug, clientId, domain };
    },

    /** A user of the product, by the name of `id`. */
    async user(id: string, over: { company?: Company; status?: string } = {}): Promise<string> {
      await sql`INSERT INTO users (id, company_id, company_set_by, status)
        VALUES (${id}, ${over.company?.id ?? null}, ${over.company ? 'import' : null}, ${over.status ?? 'active'})`;
      return id;
    },

    async account(userId: string, email: string, over: { verified?: boolean; provider?: string } = {}) {
      const id = newId();
      await sql`INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
        VALUES (${id}, ${userId}, ${over.provider ?? 'google'}, ${id}, ${email}, ${over.verified ?? true})`;
      return id;
    },

    /** Somebody signed in at JumpCloud: identity and login are recorded, and this is the event of it. */
    async login(
      company: Company,
      person: Person,
    ): Promise<IncomingRecord & { loginId: string; identityId: string }> {
      const loginId = newId();
      const identityId = ssoIdentityId(company.id, ISSUER, person.subject);
      const email = person.email === undefined ? `${person.subject}@${company.domain}` : person.email;
      const name = person.name === undefined ? person.subject : person.name;
      await sql`
        INSERT INTO sso_identities (id, company_id, issuer, subject, email, email_verified)
        VALUES (${identityId}, ${company.id}, ${ISSUER}, ${person.subject},
          ${normalizeEmail(email)}, ${person.verified ?? true})
        ON CONFLICT (id) DO UPDATE
          SET email = excluded.email, email_verified = excluded.email_verified, last_login_at = now()`;
      const { key, payload, headers } = ssoAuthenticated.create(
        {
          id: loginId,
          source: 'urn:sso-link:server',
          time: new Date(),
          subject: identityId,
          trace: person.headers ?? {},
        },
        {
          login_id: loginId,
          sso_identity_id: identityId,
          company_id: company.id,
          company: company.slug,
          sso_client_id: company.clientId,
          issuer: ISSUER,
          subject: person.subject,
          email,
          email_verified: person.verified ?? true,
          name,
          groups: [],
          authenticated_at: new Date().toISOString(),
          first_login: true,
        },
      );
      await sql`
        INSERT INTO logins (id, state_hash, sso_identity_id, company_id, sso_client_id, event_hash)
        VALUES (${loginId}, ${randomBytes(32)}, ${identityId}, ${company.id}, ${company.clientId},
          ${hash(payload)})`;
      return { ...record({ key, value: payload, headers }), loginId, identityId };
    },

    /** The record with other data in it, as somebody else would write it. */
    altered: withData,

    /** The same, but recorded so. */
    async recordedWith(original: IncomingRecord & { loginId: string }, over: Record<string, unknown>) {
      const altered = withData(original, over);
      await sql`UPDATE logins SET event_hash = ${hash(altered.value)} WHERE id = ${original.loginId}`;
      return altered;
    },

    async results() {
      return await sql<
        { login_id: string; outcome: string; reason: string | null; user_id: string | null; rule: number }[]
      >`SELECT login_id, outcome, reason, user_id, (evidence->>'rule')::int AS rule FROM link_results`;
    },

    async identity(id: string) {
      const [row] = await sql<{ user_id: string | null; linked_at: string | null }[]>`
        SELECT user_id, linked_at FROM sso_identities WHERE id = ${id}`;
      return row;
    },

    async userRow(id: string) {
      const [row] = await sql<
        {
          company_id: string | null;
          company_set_by: string | null;
          sso_email: string | null;
          name: string | null;
        }[]
      >`SELECT company_id, company_set_by, sso_email, name FROM users WHERE id = ${id}`;
      return row;
    },

    async outbox(topic: string) {
      const rows = await sql<
        { key: Buffer; headers: Record<string, string> | string; payload: Buffer; lane: number }[]
      >`SELECT key, headers, payload, lane FROM outbox WHERE topic = ${topic} ORDER BY id`;
      return rows.map((row) => ({
        ...row,
        headers: (typeof row.headers === 'string' ? JSON.parse(row.headers) : row.headers) as Record<
          string,
          string
        >,
      }));
    },
  };
}

export type World = ReturnType<typeof worldOf>;
