import { decide } from './decide.ts';
import type { People } from './people.ts';
import type { DomainProof } from './policy-types.ts';

/** An SSO identity whose first sign-in created its user. */
export interface CreatedFor {
  companyId: string;
  /** The verified one of its last sign-in, normalized. */
  email: string;
  createdUserId: string;
  createsUsers: boolean;
  domainProof: DomainProof | null;
}

export interface LateMatch {
  userId: string;
  /** The policy finds this user alone. */
  unique: boolean;
}

/**
 * Whom the policy would link the person to, if they came for the first time now: the users of the product who have a
 * verified social account of the email. The policy itself says so, asked as if the created user did not exist; each
 * user is asked about alone, and `unique` is what it says of all of them together.
 */
export function lateMatchesOf(people: People, of: CreatedFor): LateMatch[] {
  const { companyId, email, createdUserId, createsUsers, domainProof } = of;
  const others = people.candidates(companyId, email).filter(({ userId }) => userId !== createdUserId);
  const company = { id: companyId, active: true, clientActive: true, createsUsers, domainProof };
  const ask = (candidates: typeof others) =>
    decide(
      { email, emailVerified: true },
      { linked: null, linkRemoved: false, directoryInactive: false },
      candidates,
      company,
    );
  const all = ask(others);
  return others.flatMap((candidate) => {
    const { outcome, userId, matched } = ask([candidate]);
    if (outcome !== 'linked' || userId === null || matched.length === 0) return [];
    return [{ userId, unique: all.outcome === 'linked' && all.userId === userId }];
  });
}
