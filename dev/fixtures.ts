/**
 * The small world of the demo and of `npm start`: two companies in two regions, the accounts that their
 * people have in the product, and the people in their directories, one for each thing that can happen.
 */

export const COMPANIES = [
  { slug: 'acme', name: 'Acme', domain: 'acme.test', region: 'us', createsUsers: true },
  { slug: 'borealis', name: 'Borealis', domain: 'borealis.test', region: 'eu', createsUsers: false },
] as const;

export type CompanySlug = (typeof COMPANIES)[number]['slug'];

/** A line of `accounts import`. */
const account = (
  userId: string,
  name: string,
  provider: string,
  email: string,
  more: { company?: CompanySlug; verified?: boolean } = {},
) => ({
  user_id: userId,
  name,
  provider,
  provider_user_id: `${provider}-${userId}`,
  email,
  email_verified: more.verified ?? true,
  ...(more.company && { company: more.company }),
});

export const ACCOUNTS = [
  account('u-ada', 'Ada Byron', 'google', 'ada@acme.test'),
  account('u-ada', 'Ada Byron', 'github', 'ada@personal.test'),
  account('u-grace', 'Grace Hopper', 'github', 'Grace@Acme.test', { company: 'acme' }),
  account('u-ivo', 'Ivo Lapp', 'google', 'ivo@acme.test', { company: 'borealis' }),
  account('u-sam', 'Sam Reed', 'github', 'sam@borealis.test', { verified: false }),
  account('u-amy-1', 'Amy Pond', 'google', 'amy@borealis.test'),
  account('u-amy-2', 'Amy P.', 'github', 'amy@borealis.test'),
];

export interface Person {
  name: string;
  email: string;
  company: CompanySlug;
  emailVerified?: unknown;
  groups?: string[];
  /** What is to be seen by them. */
  shows: string;
}

export const PEOPLE: Person[] = [
  {
    name: 'Ada Byron',
    email: 'ada@acme.test',
    company: 'acme',
    groups: ['Engineering', 'Admins'],
    shows: 'has a Google account: linked to it, and already linked the second time',
  },
  {
    name: 'Grace Hopper',
    email: 'grace@acme.test',
    company: 'acme',
    groups: ['Engineering'],
    shows: 'has a GitHub account with the same email in other letters: linked',
  },
  {
    name: 'Nia Long',
    email: 'nia@acme.test',
    company: 'acme',
    shows: 'has no account, and Acme creates users: user_created',
  },
  {
    name: 'Uma Karim',
    email: 'uma@acme.test',
    company: 'acme',
    emailVerified: 'false',
    shows: 'JumpCloud says that the email is unverified: refused',
  },
  {
    name: 'Fay Wray',
    email: 'fay@elsewhere.test',
    company: 'acme',
    shows: "her email's domain is nobody's proven domain: refused",
  },
  {
    name: 'Ivo Lapp',
    email: 'ivo@acme.test',
    company: 'acme',
    shows: "the account found is another company's: refused",
  },
  {
    name: 'Sam Reed',
    email: 'sam@borealis.test',
    company: 'borealis',
    shows: 'his GitHub email was never verified, and Borealis creates no users: refused',
  },
  {
    name: 'Amy Pond',
    email: 'amy@borealis.test',
    company: 'borealis',
    shows: 'two users have her email: ambiguous',
  },
  {
    name: 'Noa Levi',
    email: 'noa@borealis.test',
    company: 'borealis',
    shows: 'has no account, and Borealis creates no users: no_match',
  },
];
