/**
 * Who is who, as one chunk sees it: read once (src/policy/load-people.ts), kept up to date by each
 * decision, so that the next decision sees it. The database is updated at the chunk's end.
 */
import type { Candidate, IdentityFacts, UserStatus } from './policy-types.ts';

export interface UserFacts {
  id: string;
  companyId: string | null;
  status: UserStatus;
  /** The email that the user was created for. */
  ssoEmail: string | null;
}

export interface AccountFacts {
  id: string;
  userId: string;
  provider: string;
  email: string;
  verified: boolean;
}

/** An SSO identity that is linked. */
export interface LinkFacts {
  identityId: string;
  companyId: string;
  userId: string;
  /** As of its last login; null where that had none, or one that wasn't verified. */
  email: string | null;
}

export interface People {
  /** The user that an SSO identity of the company is linked to. */
  linked(userId: string | null, companyId: string): IdentityFacts['linked'];
  /** Everybody who has to do with the email, for one company's question. */
  candidates(companyId: string, email: string): Candidate[];
  /** From now on the identity is the user's, and a user of no company belongs to the identity's. */
  link(link: LinkFacts): void;
  /** A user of no company belongs to this one from now on; false where it belongs to one already. */
  claim(userId: string, companyId: string): boolean;
  /** Adds a user created for an email. Returns who must give that email up first. */
  create(user: UserFacts & { companyId: string; ssoEmail: string }): string[];
}

export function peopleOf(found: {
  users: UserFacts[];
  accounts: AccountFacts[];
  links: LinkFacts[];
}): People {
  const users = new Map(found.users.map((user) => [user.id, { ...user }]));
  const accounts = byUser(found.accounts);
  const links = byUser(found.links);
  const byEmail = new Map<string, Set<string>>();

  const knownBy = (email: string | null, userId: string) => {
    if (email !== null) byEmail.set(email, (byEmail.get(email) ?? new Set()).add(userId));
  };
  for (const user of found.users) knownBy(user.ssoEmail, user.id);
  for (const { email, userId } of [...found.accounts, ...found.links]) knownBy(email, userId);

  const having = (email: string) =>
    [...(byEmail.get(email) ?? [])].flatMap((userId) => users.get(userId) ?? []);
  const linksOf = (user: UserFacts) => links.get(user.id) ?? [];
  const linkAt = (user: UserFacts, companyId: string) =>
    linksOf(user).find((link) => link.companyId === companyId);

  /**
   * A user of no company belongs to where it is linked; where that is elsewhere too, it is elsewhere for
   * either. Who needs it in SQL has src/accounts/other-company.ts.
   */
  const companyOf = (user: UserFacts, here: string) =>
    user.companyId ??
    linksOf(user).find((link) => link.companyId !== here)?.companyId ??
    linkAt(user, here)?.companyId ??
    null;

  const createdFor = (user: UserFacts, companyId: string, email: string) =>
    user.companyId === companyId && user.ssoEmail === email;

  /**
   * By the identity that the user is linked to; or, where that link was removed, by the email that the user
   * was created for. Not by the latter once the identity has another email: then it may belong to another person.
   */
  const isKnownByIdentity = (user: UserFacts, companyId: string, email: string) => {
    const link = linkAt(user, companyId);
    return link?.email === email || (createdFor(user, companyId, email) && (link?.email ?? null) === null);
  };

  return {
    linked(userId, companyId) {
      const user = userId === null ? undefined : users.get(userId);
      return user ? { userId: user.id, status: user.status, companyId: companyOf(user, companyId) } : null;
    },

    candidates: (companyId, email) =>
      having(email).map((user) => ({
        userId: user.id,
        status: user.status,
        companyId: companyOf(user, companyId),
        identityId: linkAt(user, companyId)?.identityId ?? null,
        accounts: (accounts.get(user.id) ?? [])
          .filter((account) => account.email === email)
          .map(({ id, provider, verified }) => ({ provider, socialAccountId: id, email, verified })),
        viaIdentity: isKnownByIdentity(user, companyId, email),
      })),

    link(link) {
      links.set(link.userId, [...(links.get(link.userId) ?? []), link]);
      knownBy(link.email, link.userId);
    },

    claim(userId, companyId) {
      const user = users.get(userId);
      if (user === undefined || user.companyId !== null) return false;
      user.companyId = companyId;
      user.ssoEmail = null;
      return true;
    },

    create(user) {
      const before = having(user.ssoEmail).filter((u) => createdFor(u, user.companyId, user.ssoEmail));
      for (const holder of before) holder.ssoEmail = null;
      users.set(user.id, { ...user });
      knownBy(user.ssoEmail, user.id);
      return before.map((holder) => holder.id);
    },
  };
}

function byUser<T extends { userId: string }>(rows: T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.userId, [...(groups.get(row.userId) ?? []), row]);
  return groups;
}
