import { latestClientTest } from '../companies/client-tests.ts';
import { activateSsoClient, disableSsoClient } from '../companies/sso-clients.ts';
import type { Transaction } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import { setupClient } from './client.ts';
import { hasProof } from './domains.ts';
import type { OpenedLink, SetupSession } from './session.ts';
import { assertStillAllowed } from './still-allowed.ts';

/**
 * Lets the people of the company sign in. All that it asks for is read behind the company's lock, where no change can
 * come in between.
 * @param seen the SSO client as the admin saw it: another admin may have changed it since
 * @throws SsoLinkError `setup_proof_missing`, `setup_test_missing`, `client_changed`, as `assertStillAllowed`
 */
export async function enableSso(
  tx: Transaction,
  of: OpenedLink,
  seen: { ssoClientId: string; version: number },
): Promise<{ ssoClientId: string }> {
  await assertStillAllowed(tx, of);
  const client = await setupClient(tx, of);
  if (!client || client.id !== seen.ssoClientId || client.version !== seen.version) {
    throw new SsoLinkError('client_changed', 'the SSO client is not as the admin saw it');
  }
  if (!(await hasProof(tx, of))) throw new SsoLinkError('setup_proof_missing', 'no domain is proven');
  if (!(await latestClientTest(tx, client, { passed: true }))) {
    throw new SsoLinkError('setup_test_missing', 'no test of this version passed within 24 hours');
  }
  await activateSsoClient(tx, of.actor, of.company.slug, { id: client.id });
  return { ssoClientId: client.id };
}

/**
 * Ends the sign-in that this browser enabled.
 * @throws SsoLinkError `setup_link_fulfilled` in another browser, or of a `secret` link
 */
export async function disableSso(tx: Transaction, of: SetupSession): Promise<void> {
  const { done, link, company, actor } = of;
  if (done === undefined || link.purpose === 'secret') {
    throw new SsoLinkError('setup_link_fulfilled', 'another browser enabled SSO by this link');
  }
  await disableSsoClient(tx, actor, company.slug, done);
}
