import type { Transaction } from '../db/client.ts';
import { domainOf, normalizeEmail } from '../email.ts';
import type { IdentityStateName } from '../events/state-names.ts';
import { drawSequences } from '../outbox/sequences.ts';
import { loadPeople } from '../policy/load-people.ts';
import type { People } from '../policy/people.ts';
import type { IncomingLogin } from './incoming-logins.ts';

/** What the database knows of a login. It is trusted, a record on a topic is not. */
export interface KnownLogin {
  identityId: string;
  companyId: string;
  ssoClientId: string;
  /** The company's slug. */
  company: string;
  /** SHA-256 of the event as it was recorded; null of a login that an older version recorded. */
  eventHash: Buffer | null;
  companyActive: boolean;
  clientActive: boolean;
  createsUsers: boolean;
  /** It has a result. */
  decided: boolean;
  /** Who owns the email's domain. */
  domain: string | null;
  domainCompanyId: string | null;
  domainVerifiedBy: string | null;
}

export interface KnownIdentity {
  id: string;
  userId: string | null;
  linkRemoved: boolean;
  /** What `sso.identities` says of it; null where it says nothing so far. */
  state: IdentityStateName | null;
  /** The company's directory says that the person may not sign in. */
  directoryInactive: boolean;
  /** The verified one of its last login, which may be later than the one that is decided. */
  email: string | null;
}

export interface ChunkFacts {
  /** In the order of the chunk; undefined where the database knows of no such login. */
  logins: (KnownLogin | undefined)[];
  identities: Map<string, KnownIdentity>;
  people: People;
  /** A number for each event that the chunk may publish: two per login. */
  sequences: bigint[];
}

/**
 * Locks the chunk's SSO identities and everybody who may be linked, and reads what the decisions need. The
 * first three statements are sent at once; each sees what was committed before it got its locks.
 */
export async function readFacts(tx: Transaction, logins: IncomingLogin[]): Promise<ChunkFacts> {
  const identityIds = [...new Set(logins.map(({ event }) => event.sso_identity_id))];
  const emails = logins.map(({ event }) => normalizeEmail(event.email));

  const identities = tx.sql<KnownIdentity[]>`
    SELECT id, user_id AS "userId", link_removed_at IS NOT NULL AS "linkRemoved",
      state, coalesce(directory_state = 'inactive', false) AS "directoryInactive",
      CASE WHEN email_verified THEN email END AS email
    FROM sso_identities WHERE id = ANY(${identityIds}::uuid[])
    ORDER BY id FOR UPDATE`.execute();

  // After the identities are locked: numbers increase along the events of each.
  const sequences = drawSequences(tx, 2 * logins.length);

  const known = tx.sql<(KnownLogin & { place: string })[]>`
    SELECT place, l.sso_identity_id AS "identityId", l.company_id AS "companyId",
      l.sso_client_id AS "ssoClientId", c.slug AS company, l.event_hash AS "eventHash",
      c.status = 'active' AS "companyActive",
      k.status = 'active' AND k.company_id = c.id AS "clientActive", c.creates_users AS "createsUsers",
      r.login_id IS NOT NULL AS decided,
      d.domain, d.company_id AS "domainCompanyId", d.verified_by AS "domainVerifiedBy"
    FROM unnest(
      ${logins.map(({ event }) => event.login_id)}::uuid[],
      ${emails.map((email) => (email === null ? null : domainOf(email)))}::text[]
    ) WITH ORDINALITY AS came (login_id, domain, place)
    JOIN logins l ON l.id = came.login_id
    JOIN companies c ON c.id = l.company_id
    JOIN sso_clients k ON k.id = l.sso_client_id
    LEFT JOIN link_results r ON r.login_id = l.id
    LEFT JOIN company_domains d ON d.domain = came.domain`.execute();

  const people = loadPeople(tx.sql, { identityIds, emails: pairs(logins, emails) }, { lock: true });

  const [identityRows, loginRows, found, drawn] = await Promise.all([identities, known, people, sequences]);
  const byPlace = new Map(loginRows.map((row) => [Number(row.place), row]));
  return {
    logins: logins.map((_, i) => byPlace.get(i + 1)),
    identities: new Map(identityRows.map((row) => [row.id, row])),
    people: found,
    sequences: drawn,
  };
}

function pairs(logins: IncomingLogin[], emails: (string | null)[]) {
  const distinct = new Map<string, { companyId: string; email: string }>();
  emails.forEach((email, i) => {
    const companyId = logins[i]?.event.company_id;
    if (email !== null && companyId) distinct.set(`${companyId} ${email}`, { companyId, email });
  });
  return [...distinct.values()];
}
