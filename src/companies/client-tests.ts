/** Tests of SSO clients that came to an end. What is kept holds no personal data. */
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Database, Db } from '../db/client.ts';
import { ssoClientTests } from '../db/schema/companies.ts';
import { newId } from '../ids.ts';

export type ClientTest = Omit<typeof ssoClientTests.$inferSelect, 'id'>;
export type NewClientTest = Omit<ClientTest, 'testedAt' | 'passed'>;

/** Days that a test is kept. Enabling asks for one of the last 24 hours. */
const KEPT = 30;

/** Records a test. It passed where the email is verified, and of a domain that is proven for the company. */
export async function recordClientTest({ db }: Pick<Database, 'db'>, test: NewClientTest): Promise<void> {
  const passed = test.hasEmail && test.emailVerified && test.domainProven;
  await db.insert(ssoClientTests).values({ id: newId(), ...test, passed });
  const old = lt(ssoClientTests.testedAt, sql`now() - make_interval(days => ${KEPT})`);
  await db.delete(ssoClientTests).where(and(eq(ssoClientTests.ssoClientId, test.ssoClientId), old));
}

/** The latest test of an SSO client as it is now. @param filter.passed only one that passed within 24 hours */
export async function latestClientTest(
  { db }: { db: Db },
  client: { id: string; version: number },
  filter: { passed: boolean } = { passed: false },
): Promise<ClientTest | undefined> {
  const fresh = sql`${ssoClientTests.passed} AND ${ssoClientTests.testedAt} > now() - interval '24 hours'`;
  const [test] = await db
    .select()
    .from(ssoClientTests)
    .where(
      and(
        eq(ssoClientTests.ssoClientId, client.id),
        eq(ssoClientTests.version, client.version),
        filter.passed ? fresh : undefined,
      ),
    )
    .orderBy(desc(ssoClientTests.testedAt))
    .limit(1);
  return test;
}
