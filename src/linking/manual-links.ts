/** An operator's hand on links: the same invariants as the linking worker's, the same order of locks. */
import { and, eq, ne } from 'drizzle-orm';
import { lockUser } from '../accounts/users.ts';
import { audit } from '../audit.ts';
import { companyBySlug } from '../companies/companies.ts';
import type { Transaction } from '../db/client.ts';
import { users } from '../db/schema/accounts.ts';
import { companies } from '../db/schema/companies.ts';
import { sessions, ssoIdentities } from '../db/schema/sign-ins.ts';
import { SsoLinkError } from '../errors.ts';
import { causeOf } from '../events/link-causes.ts';
import { linkRemoved } from '../events/link-removed.ts';
import { userLinked } from '../events/user-linked.ts';
import { newId } from '../ids.ts';
import { append } from '../outbox/append.ts';
import { publishIdentityStates } from '../states/identity-states.ts';
import { recordLinkChange } from './link-changes.ts';

type Identity = typeof ssoIdentities.$inferSelect;

/**
 * Links an SSO identity of a company to a user, and publishes `user.linked`. The person's next login says
 * `already_linked`.
 * @throws SsoLinkError `identity_not_found`, `identity_linked`, `user_not_found`, `user_not_active`,
 * `other_company`, `user_has_identity`
 */
export async function linkByHand(
  tx: Transaction,
  actor: string,
  link: { slug: string; identityId: string; userId: string },
): Promise<{ changed: boolean }> {
  const company = await companyBySlug(tx, link.slug);
  const identity = await lockIdentity(tx, link.identityId);
  if (identity.companyId !== company.id)
    throw identityNotFound(link.identityId, `company '${link.slug}' has`);
  const user = await lockUser(tx, link.userId);
  if (identity.userId === user.id) return { changed: false };
  if (identity.userId !== null) {
    throw new SsoLinkError('identity_linked', `the SSO identity is linked to user '${identity.userId}'`, {
      facts: { identity: identity.id },
    });
  }
  if (user.status !== 'active') {
    throw new SsoLinkError(
      'user_not_active',
      `user '${user.id}' is ${user.status}: nobody could sign in with it`,
    );
  }
  await refuseForeign(tx, user, company.id);
  const [other] = await tx.db
    .select({ id: ssoIdentities.id })
    .from(ssoIdentities)
    .where(and(eq(ssoIdentities.companyId, company.id), eq(ssoIdentities.userId, user.id)));
  if (other) {
    throw new SsoLinkError(
      'user_has_identity',
      `user '${user.id}' has an SSO identity of this company already`,
      { facts: { identity: other.id } },
    );
  }
  const now = new Date();
  await tx.db
    .update(ssoIdentities)
    .set({ userId: user.id, linkedAt: now, linkRemovedAt: null })
    .where(eq(ssoIdentities.id, identity.id));
  if (user.companyId === null) {
    await tx.db
      .update(users)
      // As the worker does: an email of another company's making is not brought along.
      .set({ companyId: company.id, companySetBy: 'link', ssoEmail: null, updatedAt: now })
      .where(eq(users.id, user.id));
  }
  const cause = causeOf(actor);
  await recordLinkChange(tx, now, {
    actor,
    change: 'linked',
    cause,
    ssoIdentityId: identity.id,
    userId: user.id,
    companyBefore: user.companyId,
    companySetByBefore: user.companySetBy,
  });
  await append(tx, [
    userLinked.create(
      { id: newId(), source: `urn:sso-link:${cause}`, time: now, subject: identity.id },
      {
        sso_identity_id: identity.id,
        ...{ company_id: company.id, company: company.slug },
        user_id: user.id,
        previous_user_id: null,
        cause,
        by: actor,
        at: now.toISOString(),
      },
    ),
  ]);
  await publishIdentityStates(tx, [identity.id], cause);
  await audit(tx, {
    actor,
    action: 'links.link',
    target: identity.id,
    companyId: company.id,
    details: { user_id: user.id, after_removal: identity.linkRemovedAt !== null },
  });
  return { changed: true };
}

/** Lets the next login of an identity, whose link was removed, be decided by the policy again (row 5). */
export async function approveLink(
  tx: Transaction,
  actor: string,
  identityId: string,
): Promise<{ changed: boolean }> {
  const identity = await lockIdentity(tx, identityId);
  if (identity.linkRemovedAt === null) return { changed: false };
  await tx.db.update(ssoIdentities).set({ linkRemovedAt: null }).where(eq(ssoIdentities.id, identity.id));
  await publishIdentityStates(tx, [identity.id], causeOf(actor));
  await audit(tx, { actor, action: 'links.approve', target: identity.id, companyId: identity.companyId });
  return { changed: true };
}

/**
 * Removes a link, lets an import change the user's company again, ends the identity's sessions, and publishes
 * `user.link_removed`. No login makes a new link until an operator approves it, or links by hand.
 * @throws SsoLinkError `identity_not_found`, `identity_not_linked`
 */
export async function removeLink(
  tx: Transaction,
  actor: string,
  identityId: string,
): Promise<{ userId: string; sessionsEnded: number }> {
  const identity = await lockIdentity(tx, identityId);
  const { id, userId, companyId } = identity;
  if (userId === null) {
    throw new SsoLinkError('identity_not_linked', `SSO identity ${id} is linked to nobody`);
  }
  const now = new Date();
  await tx.db
    .update(ssoIdentities)
    .set({ userId: null, linkedAt: null, linkRemovedAt: now })
    .where(eq(ssoIdentities.id, id));
  const user = await lockUser(tx, userId);
  await tx.db
    .update(users)
    .set({ companySetBy: 'import', updatedAt: now })
    .where(and(eq(users.id, userId), eq(users.companyId, companyId), eq(users.companySetBy, 'link')));
  const ended = await tx.db
    .delete(sessions)
    .where(eq(sessions.ssoIdentityId, id))
    .returning({ id: sessions.id });
  const cause = causeOf(actor);
  await recordLinkChange(tx, now, {
    actor,
    change: 'removed',
    cause,
    ssoIdentityId: id,
    userId,
    companyBefore: user.companyId,
    companySetByBefore: user.companySetBy,
  });
  await append(tx, [
    linkRemoved.create(
      { id: newId(), source: `urn:sso-link:${cause}`, time: now, subject: id },
      {
        sso_identity_id: id,
        ...{ company_id: companyId, company: await slugOf(tx, companyId) },
        user_id: userId,
        removed_by: actor,
        removed_at: now.toISOString(),
        cause,
      },
    ),
  ]);
  await publishIdentityStates(tx, [id], cause);
  await audit(tx, {
    actor,
    action: 'links.remove',
    target: id,
    companyId,
    details: { user_id: userId, sessions_ended: ended.length },
  });
  return { userId, sessionsEnded: ended.length };
}

async function slugOf({ db }: Transaction, id: string): Promise<string> {
  const [company] = await db.select().from(companies).where(eq(companies.id, id));
  return company?.slug ?? '';
}

async function lockIdentity(tx: Transaction, id: string): Promise<Identity> {
  const [identity] = await tx.db.select().from(ssoIdentities).where(eq(ssoIdentities.id, id)).for('update');
  if (!identity) throw identityNotFound(id, 'there is');
  return identity;
}

async function refuseForeign(
  tx: Transaction,
  user: { id: string; companyId: string | null },
  companyId: string,
): Promise<void> {
  if (user.companyId === companyId) return;
  if (user.companyId !== null) {
    const [owner] = await tx.db.select().from(companies).where(eq(companies.id, user.companyId));
    throw new SsoLinkError('other_company', `user '${user.id}' belongs to company '${owner?.slug}'`);
  }
  const [link] = await tx.db
    .select({ id: ssoIdentities.id, slug: companies.slug })
    .from(ssoIdentities)
    .innerJoin(companies, eq(companies.id, ssoIdentities.companyId))
    .where(and(eq(ssoIdentities.userId, user.id), ne(ssoIdentities.companyId, companyId)));
  if (!link) return;
  throw new SsoLinkError('other_company', `user '${user.id}' is linked at company '${link.slug}'`, {
    facts: { identity: link.id },
  });
}

function identityNotFound(id: string, who: string): SsoLinkError {
  return new SsoLinkError('identity_not_found', `${who} no SSO identity ${id}`);
}
