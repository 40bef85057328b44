/**
 * Late matches: a person signed in before the mirror knew their account, and has two users now. Merging moves the link
 * to the product's user. The policy is asked again, under its locks: what it would not link is not merged.
 */
import { lockMirror } from '../accounts/erase.ts';
import { audit } from '../audit.ts';
import type { Transaction } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import { userLinked } from '../events/user-linked.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';
import { lateMatchesOf } from '../policy/late-match.ts';
import { loadPeople } from '../policy/load-people.ts';
import { publishIdentityStates } from '../states/identity-states.ts';
import { recordLinkChange } from './link-changes.ts';

interface Match {
  id: string;
  companyId: string;
  company: string;
  createsUsers: boolean;
  identityId: string;
  createdUserId: string;
  userId: string;
  state: 'open' | 'merged' | 'dismissed';
}

/**
 * Moves the link of a late match to the product's user, ends the sessions of the SSO identity, suspends the user that
 * the sign-in created, and publishes `user.linked` with cause `merge`. One transaction.
 * @param options.automatic merges only what is unique, while the created user has no social account
 * @throws SsoLinkError `late_match_not_found`, `late_match_decided`; `late_match_outdated` where the policy would not
 *   link the person to that user now, or the person no longer has the created user
 */
export async function mergeLateMatch(
  tx: Transaction,
  actor: string,
  id: string,
  options: { automatic?: boolean } = {},
): Promise<{ identityId: string; userId: string; createdUserId: string; sessionsEnded: number }> {
  // An import under way has read the status of the created user, and would write it back.
  await lockMirror(tx);
  const match = await lockOpenMatch(tx, id);
  const { identityId, companyId, createdUserId, userId } = match;
  await confirm(tx, match, options.automatic ?? false);

  const now = new Date();
  const at = now.toISOString();
  const [user] = await tx.sql<{ companyId: string | null; setBy: 'import' | 'link' | null }[]>`
    SELECT company_id AS "companyId", company_set_by AS "setBy" FROM users WHERE id = ${userId}`;
  await tx.sql`UPDATE sso_identities SET user_id = ${userId}, linked_at = ${at} WHERE id = ${identityId}`;
  // As the worker does for a user of no company.
  await tx.sql`
    UPDATE users SET company_id = ${companyId}, company_set_by = 'link', sso_email = NULL, updated_at = ${at}
    WHERE id = ${userId} AND company_id IS NULL`;
  // The email finds the product's user from now on, and no second one.
  await tx.sql`
    UPDATE users SET status = 'suspended', status_changed_at = ${at}, sso_email = NULL, updated_at = ${at}
    WHERE id = ${createdUserId}`;
  const ended = await tx.sql`DELETE FROM sessions WHERE sso_identity_id = ${identityId}`;
  await tx.sql`
    UPDATE late_matches SET state = CASE WHEN id = ${id} THEN 'merged' ELSE 'dismissed' END, decided_at = ${at},
      decided_by = ${actor}
    WHERE sso_identity_id = ${identityId} AND state = 'open'`;
  await recordLinkChange(tx, now, {
    ...{ actor, change: 'linked', cause: 'merge', ssoIdentityId: identityId, userId },
    companyBefore: user?.companyId ?? null,
    companySetByBefore: user?.setBy ?? null,
  });
  await append(tx, [
    userLinked.create(
      { id: newId(), source: 'urn:sso-link:merge', time: now, subject: identityId },
      {
        ...{ sso_identity_id: identityId, company_id: companyId, user_id: userId },
        ...{ previous_user_id: createdUserId, cause: 'merge', by: actor, at },
      },
    ),
  ]);
  await publishIdentityStates(tx, [identityId], 'merge');
  await audit(tx, {
    ...{ actor, action: 'late-matches.merge', target: identityId, companyId },
    details: { late_match: id, user_id: userId, suspended: createdUserId, sessions_ended: ended.count },
  });
  return { identityId, userId, createdUserId, sessionsEnded: ended.count };
}

/** Decides that the two are different people, or that nothing is to be done. @throws as `mergeLateMatch` does */
export async function dismissLateMatch(
  tx: Transaction,
  actor: string,
  id: string,
): Promise<{ changed: boolean }> {
  const { companyId, identityId, userId } = await lockOpenMatch(tx, id);
  await tx.sql`
    UPDATE late_matches SET state = 'dismissed', decided_at = now(), decided_by = ${actor} WHERE id = ${id}`;
  await audit(tx, {
    ...{ actor, action: 'late-matches.dismiss', target: identityId, companyId },
    details: { late_match: id, user_id: userId },
  });
  return { changed: true };
}

async function lockOpenMatch({ sql }: Transaction, id: string): Promise<Match> {
  const [match] = await sql<Match[]>`
    SELECT m.id, m.company_id AS "companyId", c.slug AS company, c.creates_users AS "createsUsers",
      m.sso_identity_id AS "identityId", m.created_user_id AS "createdUserId", m.user_id AS "userId", m.state
    FROM late_matches m JOIN companies c ON c.id = m.company_id WHERE m.id = ${id} FOR UPDATE OF m`;
  if (!match) throw new SsoLinkError('late_match_not_found', `there is no late match ${id}`);
  if (match.state !== 'open') {
    throw new SsoLinkError('late_match_decided', `late match ${id} is ${match.state} already`);
  }
  return match;
}

/** Locks the identity and all whom the policy asks about, and asks it. @throws SsoLinkError `late_match_outdated` */
async function confirm(tx: Transaction, match: Match, automatic: boolean): Promise<void> {
  const { identityId, companyId, createdUserId, userId, createsUsers } = match;
  const outdated = (why: string) => new SsoLinkError('late_match_outdated', `it cannot be merged: ${why}`);
  const [identity] = await tx.sql<{ userId: string | null; email: string | null; inactive: boolean }[]>`
    SELECT user_id AS "userId", CASE WHEN email_verified THEN email END AS email,
      coalesce(directory_state = 'inactive', false) AS inactive
    FROM sso_identities WHERE id = ${identityId} FOR UPDATE`;
  if (identity?.userId !== createdUserId)
    throw outdated('the person no longer has the user that was created');
  const { email } = identity;
  if (email === null) throw outdated('the email of the person is not verified');
  const search = { identityIds: [identityId], emails: [{ companyId, email }] };
  const people = await loadPeople(tx.sql, search, { lock: true });
  const created = people.linked(createdUserId, companyId);
  if (created?.status !== 'active') throw outdated(`the user that was created is ${created?.status}`);
  const [proof] = await tx.sql<{ domain: string; companyId: string; verifiedBy: string }[]>`
    SELECT domain, company_id AS "companyId", verified_by AS "verifiedBy" FROM company_domains
    WHERE domain = split_part(${email}, '@', 2)`;
  const of = { companyId, email, createdUserId, createsUsers, domainProof: proof ?? null };
  const found = lateMatchesOf(people, of).find((other) => other.userId === userId);
  if (!found) throw outdated('the policy would not link the person to that user now');
  if (!automatic) return;
  const [account] = await tx.sql`SELECT FROM social_accounts WHERE user_id = ${createdUserId} LIMIT 1`;
  if (!found.unique || account || identity.inactive) throw outdated('it is not unique, or no longer simple');
}
