/** SSO identities with the state of their links, for reading. */
import { and, asc, eq, gt, isNotNull, isNull, type SQL } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { companies } from '../db/schema/companies.ts';
import { ssoIdentities } from '../db/schema/sign-ins.ts';
import { SsoLinkError } from '../errors.ts';

export const LINK_STATES = ['linked', 'removed', 'unlinked'] as const;
export type LinkState = (typeof LINK_STATES)[number];

export type IdentityView = typeof ssoIdentities.$inferSelect & { company: string; state: LinkState };

const CONDITIONS: Record<LinkState, SQL | undefined> = {
  linked: isNotNull(ssoIdentities.userId),
  removed: and(isNull(ssoIdentities.userId), isNotNull(ssoIdentities.linkRemovedAt)),
  unlinked: and(isNull(ssoIdentities.userId), isNull(ssoIdentities.linkRemovedAt)),
};

/** Up to `count` identities of a company after one, by id. */
export async function pageOfIdentities(
  database: { db: Db },
  page: { companyId: string; state?: LinkState; after: string | null; count: number },
): Promise<IdentityView[]> {
  const { companyId, state, after, count } = page;
  const rows = await select(database)
    .where(
      and(
        eq(ssoIdentities.companyId, companyId),
        state && CONDITIONS[state],
        after === null ? undefined : gt(ssoIdentities.id, after),
      ),
    )
    .orderBy(asc(ssoIdentities.id))
    .limit(count);
  return rows.map(toView);
}

/** @throws SsoLinkError `identity_not_found` */
export async function readIdentity(database: { db: Db }, id: string): Promise<IdentityView> {
  const [row] = await select(database).where(eq(ssoIdentities.id, id));
  if (!row) throw new SsoLinkError('identity_not_found', `there is no SSO identity ${id}`);
  return toView(row);
}

function select({ db }: { db: Db }) {
  return db
    .select({ identity: ssoIdentities, company: companies.slug })
    .from(ssoIdentities)
    .innerJoin(companies, eq(companies.id, ssoIdentities.companyId))
    .$dynamic();
}

function toView(row: { identity: typeof ssoIdentities.$inferSelect; company: string }): IdentityView {
  const { userId, linkRemovedAt } = row.identity;
  const state = userId !== null ? 'linked' : linkRemovedAt !== null ? 'removed' : 'unlinked';
  return { ...row.identity, company: row.company, state };
}
