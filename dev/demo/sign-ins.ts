import { setTimeout as delay } from 'node:timers/promises';
import { httpBrowser } from '../browser.ts';
import type { Parts } from '../environment.ts';
import { PEOPLE, type Person } from '../fixtures.ts';

export interface SignIn {
  person: string;
  email: string;
  company: string;
  /** Where the person ended: the product, or a page that says what to do. */
  landed: string;
  status: number;
  login_id: string;
  outcome: string | null;
  reason: string | null;
  user_id: string | null;
  /** From the login's commit to the decision. */
  milliseconds: number | null;
}

/** Everybody signs in once, one after the other, and the first person a second time. */
export async function signInEverybody(parts: Parts): Promise<SignIn[]> {
  const visits = [...PEOPLE, ...PEOPLE.slice(0, 1)];
  const signIns: SignIn[] = [];
  for (const person of visits) signIns.push(await signIn(parts, person));
  return signIns;
}

async function signIn(parts: Parts, person: Person): Promise<SignIn> {
  const browser = httpBrowser({ stopAt: [parts.appUrl] });
  const login = await browser.get(`${parts.serviceUrl}/login?company=${person.company}`);
  const start = login.$('a.button').attr('href') ?? '';
  const landed = await browser.signIn({
    startUrl: new URL(start, parts.serviceUrl).href,
    email: person.email,
  });
  const result = await latestResult(parts, person);
  return {
    person: person.name,
    email: person.email,
    company: person.company,
    landed: landed.url.startsWith(parts.appUrl) ? 'the product' : landed.$('h1').text(),
    status: landed.status === 0 ? 303 : landed.status,
    ...result,
  };
}

/** What was decided for the person's newest login; waited for, since the page may be ahead of the row. */
async function latestResult({ database: { sql } }: Parts, person: Person) {
  for (const deadline = Date.now() + 20_000; ; await delay(50)) {
    const [row] = await sql<Omit<SignIn, 'person' | 'email' | 'company' | 'landed' | 'status'>[]>`
      SELECT l.id AS login_id, r.outcome, r.reason, r.user_id,
        round(extract(epoch FROM r.decided_at - l.authenticated_at) * 1000)::int AS milliseconds
      FROM logins l JOIN sso_identities i ON i.id = l.sso_identity_id
      LEFT JOIN link_results r ON r.login_id = l.id
      WHERE i.email = ${person.email} ORDER BY l.id DESC LIMIT 1`;
    if (row === undefined) throw new Error(`${person.name} did not get as far as a login`);
    if (row.outcome !== null || Date.now() > deadline) return row;
  }
}
