import { eq } from 'drizzle-orm';
import { lockCompany } from '../companies/companies.ts';
import { clientsOf } from '../companies/sso-client-rows.ts';
import type { Transaction } from '../db/client.ts';
import { setupLinks } from '../db/schema/setup.ts';
import { SsoLinkError } from '../errors.ts';
import { assertOpen, type OpenedLink } from './session.ts';

/**
 * Whether a link may still do what it does, in the transaction of the change: JumpCloud and DNS were asked meanwhile, which
 * takes seconds. Holds the company and the link until the transaction ends.
 * @throws SsoLinkError `setup_link_revoked`, `setup_link_expired`, `setup_link_fulfilled`, `setup_link_unfit`
 */
export async function assertStillAllowed(tx: Transaction, { link, company }: OpenedLink): Promise<void> {
  const { status } = await lockCompany(tx, company.slug);
  const [now] = await tx.db.select().from(setupLinks).where(eq(setupLinks.id, link.id)).for('update');
  if (!now || status !== 'active') throw new SsoLinkError('setup_link_revoked', 'the company is disabled');
  assertOpen(now);
  const isActive = (await clientsOf(tx, company.id, 'active')).length > 0;
  // `setup` is for a company without SSO, the others for one that has it.
  if (isActive === (link.purpose === 'setup')) {
    throw new SsoLinkError(
      'setup_link_unfit',
      `a link for '${link.purpose}' does not fit the company any more`,
    );
  }
}
