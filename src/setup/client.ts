/** The Client ID and Client Secret step: JumpCloud is asked before anything is saved. */

import { createCheckedClient, updateCheckedClient } from '../companies/checked-clients.ts';
import { assertClientSecret, inOrder, lockLive } from '../companies/client-secret-rows.ts';
import { retireClientSecret, storeClientSecret } from '../companies/client-secrets.ts';
import { type CredentialAnswer, checkCredential } from '../companies/find-issuer.ts';
import { fulfilSetupLinks } from '../companies/setup-links.ts';
import { clientsOf, type SsoClientRow } from '../companies/sso-client-rows.ts';
import { reopenSsoClient } from '../companies/sso-clients.ts';
import type { Issuer } from '../config.ts';
import type { Database, Transaction } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import type { Sealer } from '../seal.ts';
import { hasProof } from './domains.ts';
import type { OpenedLink } from './session.ts';
import { assertStillAllowed } from './still-allowed.ts';

interface Deps {
  database: Database;
  sealer: Sealer;
  issuers: readonly Issuer[];
}

/** The SSO client that a link is about: `secret` is about the active one, the others about the draft. */
export async function setupClient(
  database: Pick<Database, 'db'>,
  { link, company }: OpenedLink,
): Promise<SsoClientRow | undefined> {
  return (await clientsOf(database, company.id, link.purpose === 'secret' ? 'active' : 'draft'))[0];
}

/**
 * Saves the application as the company's draft, never as what people sign in by. Where DNS has to agree first, it has to
 * agree here: an operator's `client activate` would take the draft.
 * @throws SsoLinkError `setup_proof_missing`, `client_same`, as `createCheckedClient`, as `assertStillAllowed`
 */
export async function saveSetupClient(
  deps: Deps,
  of: OpenedLink,
  input: { clientId: string; clientSecret: string },
): Promise<void> {
  const { database } = deps;
  const { link, company, actor } = of;
  const { slug } = company;
  if (link.requiresProof && !(await hasProof(database, of))) {
    throw new SsoLinkError('setup_proof_missing', 'DNS has not shown the value of this link');
  }
  const registry = { ...deps, guard: (tx: Transaction) => assertStillAllowed(tx, of) };
  const clients = await clientsOf(database, company.id);
  const clientId = input.clientId.trim();
  if (clientId === '' || clientId.length > 255) {
    throw new SsoLinkError('client_id_invalid', 'a Client ID has 1 to 255 characters');
  }
  const known = clients.find((client) => client.clientId === clientId);
  if (known?.status === 'active') throw new SsoLinkError('client_same', 'the SSO client is active already');
  const draft = clients.find(({ status }) => status === 'draft');
  const credential = { clientId, clientSecret: input.clientSecret, check: true };
  if (draft) {
    await updateCheckedClient(registry, actor, { slug, id: draft.id, ...credential });
  } else if (known) {
    await updateCheckedClient(registry, actor, { slug, id: known.id, ...credential });
    await database.transaction(async (tx) => {
      await registry.guard(tx);
      await reopenSsoClient(tx, actor, slug, known.id);
    });
  } else {
    await createCheckedClient(registry, actor, { slug, ...credential });
  }
}

/**
 * Gives the active SSO client a secret that works at its issuer, for the same Client ID, and fulfils the link. Sign-ins that
 * are under way continue. Where two secrets live already, the one that is tried last makes room.
 * @returns the SSO client's id
 * @throws SsoLinkError `setup_link_unfit`, `client_secret_invalid`, `client_credential_wrong`, `client_check_failed`, as
 *   `assertStillAllowed`
 */
export async function saveSetupSecret(
  { database, sealer }: Pick<Deps, 'database' | 'sealer'>,
  of: OpenedLink,
  clientSecret: string,
): Promise<string> {
  const { link, company, actor } = of;
  const { slug } = company;
  const secret = assertClientSecret(clientSecret);
  const active = await setupClient(database, of);
  if (!active) throw new SsoLinkError('setup_link_unfit', 'no SSO client is active');
  const { id, version, region, issuer: url, clientId, authMethod } = active;
  assertWorks(await checkCredential({ region, url }, { clientId, authMethod, clientSecret: secret }));
  await database.transaction(async (tx) => {
    await assertStillAllowed(tx, of);
    const now = await setupClient(tx, of);
    if (now?.id !== id || now.version !== version) {
      throw new SsoLinkError('client_changed', 'the SSO client was changed while its secret was checked');
    }
    await makeRoom(tx, of, id);
    const stored = { slug, id, secret, expiresOn: null, answer: 'works' as const };
    await storeClientSecret(tx, actor, sealer, stored);
    await fulfilSetupLinks(tx, company.id, link.id);
  });
  return id;
}

/** @throws SsoLinkError `client_credential_wrong`, `client_check_failed` */
function assertWorks(answer: CredentialAnswer): void {
  if (answer === 'refused') throw new SsoLinkError('client_credential_wrong', 'JumpCloud refuses the secret');
  if (answer === 'unclear') throw new SsoLinkError('client_check_failed', 'JumpCloud gave no clear answer');
}

/** An admin has no other place to retire a secret: of two that live, the one that is tried last is retired. */
async function makeRoom(tx: Transaction, { company, actor }: OpenedLink, ssoClientId: string): Promise<void> {
  const [, ...others] = inOrder(await lockLive(tx, ssoClientId));
  for (const { id } of others) await retireClientSecret(tx, actor, { slug: company.slug, id });
}
