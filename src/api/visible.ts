/** What a key of one company may see of users and identities: the error is the one of a missing thing. */
import type { FastifyRequest } from 'fastify';
import { type MirroredUser, readUser } from '../accounts/mirror-change.ts';
import type { Database, Db } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import { type IdentityView, readIdentity } from '../linking/identities.ts';
import { findUndo, type LinkBatch } from '../linking/link-batches.ts';

type ByCaller = Pick<FastifyRequest, 'caller'>;

/** @throws SsoLinkError `user_not_found` */
export async function visibleUser(
  database: { db: Db },
  { caller }: ByCaller,
  id: string,
): Promise<MirroredUser> {
  const user = await readUser(database, id);
  if (caller.companyId === null || user.companyId === caller.companyId) return user;
  throw new SsoLinkError('user_not_found', `there is no user '${id}' in the mirror`);
}

/** @throws SsoLinkError `identity_not_found` */
export async function visibleIdentity(
  database: { db: Db },
  { caller }: ByCaller,
  id: string,
): Promise<IdentityView> {
  const identity = await readIdentity(database, id);
  if (caller.companyId === null || identity.companyId === caller.companyId) return identity;
  throw new SsoLinkError('identity_not_found', `there is no SSO identity ${id}`);
}

/** @throws SsoLinkError `batch_not_found` */
export async function visibleUndo(
  database: Pick<Database, 'sql'>,
  { caller }: ByCaller,
  id: string,
): Promise<LinkBatch> {
  const undo = await findUndo(database, id);
  if (undo && (caller.companyId === null || undo.companyId === caller.companyId)) return undo;
  throw new SsoLinkError('batch_not_found', `there is no undo ${id}`);
}
