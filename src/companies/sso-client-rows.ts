import { and, asc, desc, eq, gt } from 'drizzle-orm';
import type { Db, Transaction } from '../db/client.ts';
import { companies, ssoClients } from '../db/schema/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { companyBySlug } from './companies.ts';

export type SsoClientRow = typeof ssoClients.$inferSelect;
type Status = SsoClientRow['status'];

/** An SSO client as operators see it: never its secret. */
export type SsoClientView = Omit<SsoClientRow, 'clientSecret' | 'companyId'> & { company: string };

/** The associated data of a sealed client secret. */
export const clientSecretAssociatedData = (id: string): string => `sso_clients:${id}`;

/** The SSO clients of one company, or all. @throws SsoLinkError `company_not_found` */
export async function listSsoClients(database: { db: Db }, slug?: string): Promise<SsoClientView[]> {
  const only = slug === undefined ? undefined : eq(companies.id, (await companyBySlug(database, slug)).id);
  const rows = await database.db
    .select({ client: ssoClients, slug: companies.slug })
    .from(ssoClients)
    .innerJoin(companies, eq(companies.id, ssoClients.companyId))
    .where(only)
    .orderBy(asc(companies.slug), asc(ssoClients.createdAt));
  return rows.map((row) => toView(row.client, row.slug));
}

/** Up to `count` SSO clients of a company after one, by id: the oldest first. */
export async function pageOfSsoClients(
  { db }: { db: Db },
  company: { id: string; slug: string },
  page: { after: string | null; count: number },
): Promise<SsoClientView[]> {
  const after = page.after === null ? undefined : gt(ssoClients.id, page.after);
  const rows = await db
    .select()
    .from(ssoClients)
    .where(and(eq(ssoClients.companyId, company.id), after))
    .orderBy(asc(ssoClients.id))
    .limit(page.count);
  return rows.map((row) => toView(row, company.slug));
}

/** The named SSO client of the company; else the first of the states in their order, the latest within one. */
export async function selectClient(
  database: { db: Db },
  companyId: string,
  slug: string,
  order: Status[],
  id?: string,
): Promise<SsoClientRow> {
  const all = await clientsOf(database, companyId);
  const chosen =
    id === undefined
      ? order.flatMap((status) => all.filter((client) => client.status === status))[0]
      : all.find((client) => client.id === id.toLowerCase());
  if (!chosen) {
    const states = order.includes('draft') && order.includes('disabled') ? '' : `${order.join(' or ')} `;
    const which = id === undefined ? `${states}SSO client` : `SSO client ${id}`;
    throw new SsoLinkError('client_not_found', `company '${slug}' has no ${which}`, {
      facts: { company: slug },
    });
  }
  return chosen;
}

/** The latest changed first. */
export async function clientsOf(
  { db }: { db: Db },
  companyId: string,
  status?: Status,
): Promise<SsoClientRow[]> {
  return db
    .select()
    .from(ssoClients)
    .where(and(eq(ssoClients.companyId, companyId), status && eq(ssoClients.status, status)))
    .orderBy(desc(ssoClients.updatedAt), desc(ssoClients.id));
}

/** The same application at two companies would sign one company's people in to the other. */
export async function assertClientIdFree(
  tx: Transaction,
  issuer: string,
  clientId: string,
  ownId: string,
): Promise<void> {
  const [other] = await tx.db
    .select({ id: ssoClients.id, slug: companies.slug, status: ssoClients.status })
    .from(ssoClients)
    .innerJoin(companies, eq(companies.id, ssoClients.companyId))
    .where(and(eq(ssoClients.issuer, issuer), eq(ssoClients.clientId, clientId)));
  if (other && other.id !== ownId) {
    throw new SsoLinkError(
      'client_taken',
      `client id ${clientId} is company '${other.slug}'s already (${other.status}, ${other.id})`,
    );
  }
}

export function toView(
  { clientSecret: _, companyId: __, ...rest }: SsoClientRow,
  company: string,
): SsoClientView {
  return { company, ...rest };
}
