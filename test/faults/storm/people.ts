import type { Person } from '../installation.ts';

const COMPANIES = ['acme', 'globex'] as const;

/**
 * People of two companies: most have an account; one in six has none and gets a new user, one has an unverified email, and one has an
 * account, but at the other company's domain, which must never link.
 */
export function stormPeople(count: number): Person[] {
  return Array.from({ length: count }, (_, n): Person => {
    const company = COMPANIES[n % 2] as string;
    const sub = n.toString(16).padStart(24, '0');
    const domain = n % 6 === 3 ? 'acme' : company;
    const account = { userId: `user-${n}` };
    return {
      ...{ sub, company, email: `person${n}@${domain}.test` },
      ...(n % 6 !== 4 && account),
      ...(n % 6 === 5 && { emailVerified: false }),
      ...((n % 6 === 3 || n % 6 === 5) && { refused: true }),
    };
  });
}
