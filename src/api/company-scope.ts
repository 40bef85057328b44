import type { FastifyRequest } from 'fastify';
import { type Company, companyBySlug } from '../companies/companies.ts';
import type { Transaction } from '../db/client.ts';
import { LOST_RACES, retryOnCodes } from '../db/retry-on-codes.ts';
import { SsoLinkError } from '../errors.ts';
import type { ApiDeps } from './api-deps.ts';

/**
 * The company that a path names, for a caller who may see it.
 * @throws SsoLinkError `company_not_found`, the same for a missing company and for another one than the key's
 */
export async function visibleCompany(
  { database }: Pick<ApiDeps, 'database'>,
  { caller }: Pick<FastifyRequest, 'caller'>,
  slug: string,
): Promise<Company> {
  const company = await companyBySlug(database, slug);
  if (caller.companyId === null || caller.companyId === company.id) return company;
  throw new SsoLinkError('company_not_found', `there is no company '${slug}'`);
}

/** Runs a use case in one transaction, in the caller's name, and tells the relay that there may be an event. */
export async function change<T>(
  { database, notifyRelay }: Pick<ApiDeps, 'database' | 'notifyRelay'>,
  { caller }: Pick<FastifyRequest, 'caller'>,
  useCase: (tx: Transaction, actor: string) => Promise<T>,
): Promise<T> {
  const work = () => database.transaction((tx) => useCase(tx, caller.actor));
  const done = await retryOnCodes(work, { codes: LOST_RACES, tries: 5, pause: (tries) => 20 * tries });
  notifyRelay();
  return done;
}
