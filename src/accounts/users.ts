import { eq } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Transaction } from '../db/client.ts';
import { users } from '../db/schema/accounts.ts';
import { SsoLinkError } from '../errors.ts';
import { changeTimeOf } from './changed-at.ts';
import { eraseUsers, lockMirror } from './erase.ts';

type User = typeof users.$inferSelect;

/**
 * Suspends a user, or ends that: while it holds, every sign-in and every read of a session is refused.
 * @param at when the change was made (`changeTimeOf`). Default: now. An older change than the last has no effect
 * @throws SsoLinkError `user_not_found`, `user_deleted`
 */
export async function setUserStatus(
  tx: Transaction,
  actor: string,
  id: string,
  status: 'active' | 'suspended',
  at = changeTimeOf(Date.now()),
): Promise<{ changed: boolean }> {
  // An import under way has read the status, and would write it back.
  await lockMirror(tx);
  const user = await lockUser(tx, id);
  if (user.status === 'deleted') {
    throw new SsoLinkError('user_deleted', `user '${id}' was deleted: that is final`);
  }
  const written = await tx.sql`
    UPDATE users SET status = ${status}, status_changed_at = ${at}, updated_at = now()
    WHERE id = ${id} AND (status_changed_at IS NULL OR status_changed_at <= ${at})`;
  if (user.status === status || written.count === 0) return { changed: false };
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
