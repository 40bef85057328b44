import { eq } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Transaction } from '../db/client.ts';
import { users } from '../db/schema.ts';
import { SsoLinkError } from '../errors.ts';
import { eraseUsers, lockMirror } from './erase.ts';

type User = typeof users.$inferSelect;

/**
 * Suspends a user, or ends that: while it holds, every sign-in and every read of a session is refused.
 * @throws SsoLinkError `user_not_found`, `user_deleted`
 */
export async function setUserStatus(
  tx: Transaction,
  actor: string,
  id: string,
  status: 'active' | 'suspended',
): Promise<{ changed: boolean }> {
  // An import under way has read the status, and would write it back.
  await lockMirror(tx);
  const user = await lockUser(tx, id);
  if (user.status === 'deleted') {
    throw new SsoLinkError('user_deleted', `user '${id}' was deleted: that is final`);
  }
  if (user.status === status) return { changed: false };
  await tx.db.update(users).set({ status, updatedAt: new Date() }).where(eq(users.id, id));
  await audit(tx, {
    actor,
    action: status === 'active' ? 'users.resume' : 'users.suspend',
    target: id,
    ...(user.companyId && { companyId: user.companyId }),
  });
  return { changed: true };
}

/** Erases a user (`eraseUsers`). @throws SsoLinkError `user_not_found` */
export async function deleteUser(tx: Transaction, actor: string, id: string): Promise<{ changed: boolean }> {
  await lockMirror(tx);
  const [user] = await tx.db.select().from(users).where(eq(users.id, id));
  if (!user) throw userNotFound(id);
  if (user.status === 'deleted') return { changed: false };
  await eraseUsers(tx, [id]);
  await audit(tx, {
    actor,
    action: 'users.delete',
    target: id,
    ...(user.companyId && { companyId: user.companyId }),
  });
  return { changed: true };
}

/** @throws SsoLinkError `user_not_found` */
export async function lockUser(tx: Transaction, id: string): Promise<User> {
  const [user] = await tx.db.select().from(users).where(eq(users.id, id)).for('update');
  if (!user) throw userNotFound(id);
  return user;
}

function userNotFound(id: string): SsoLinkError {
  return new SsoLinkError('user_not_found', `there is no user '${id}' in the mirror`);
}
