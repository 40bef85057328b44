/** SSO clients whose credential JumpCloud is asked about before it is saved: what the commands and the API call. */
import type { Issuer } from '../config.ts';
import type { Database, Transaction } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import type { Sealer } from '../seal.ts';
import { assertClientSecret } from './client-secret-rows.ts';
import { companyBySlug } from './companies.ts';
import { type AuthMethod, resolveIssuer } from './find-issuer.ts';
import type { SsoClientView } from './sso-client-rows.ts';
import { clientToUpdate, createSsoClient, type SsoClientChange, updateSsoClient } from './sso-clients.ts';

interface Registry {
  database: Pick<Database, 'db' | 'transaction'>;
  sealer: Sealer;
  /** The listed issuers. */
  issuers: readonly Issuer[];
  /** Runs in the transaction of the change, before anything is written: whether it is still allowed. */
  guard?(tx: Transaction): Promise<void>;
}

export interface ClientSettings {
  clientId?: string;
  clientSecret?: string;
  region?: string;
  authMethod?: AuthMethod;
  logoutAtProvider?: boolean;
  /** Whether JumpCloud is asked; without it the region must be known. */
  check: boolean;
}

/**
 * Creates a company's SSO client, as a draft.
 * @throws SsoLinkError `client_secret_invalid`, as `resolveIssuer`, as `createSsoClient`
 */
export async function createCheckedClient(
  { database, sealer, issuers, guard }: Registry,
  actor: string,
  input: ClientSettings & { slug: string; clientId: string; clientSecret: string },
): Promise<SsoClientView> {
  const { slug, region, check, authMethod = 'client_secret_post', logoutAtProvider = false } = input;
  await companyBySlug(database, slug);
  assertClientSecret(input.clientSecret);
  const credential = { clientId: input.clientId.trim(), clientSecret: input.clientSecret, authMethod };
  const issuer = await resolveIssuer(issuers, credential, { region, check });
  return database.transaction(async (tx) => {
    await guard?.(tx);
    return createSsoClient(tx, actor, sealer, { slug, issuer, logoutAtProvider, ...credential });
  });
}

/**
 * Changes an SSO client. JumpCloud is asked where the credential or the region changes.
 * @param input.id the company's draft when absent, else the active one, else the one disabled last
 * @throws SsoLinkError `nothing_to_change`, `client_secret_invalid`, as `resolveIssuer`, as `updateSsoClient`
 */
export async function updateCheckedClient(
  { database, sealer, issuers, guard }: Registry,
  actor: string,
  input: ClientSettings & { slug: string; id?: string },
): Promise<SsoClientView> {
  const { slug, id, region, check, logoutAtProvider } = input;
  const change: SsoClientChange = {
    ...(input.clientId && { clientId: input.clientId.trim() }),
    ...(input.authMethod && { authMethod: input.authMethod }),
    ...(input.clientSecret !== undefined && { clientSecret: assertClientSecret(input.clientSecret) }),
  };
  const ofCredential = region !== undefined || Object.keys(change).length > 0;
  if (!ofCredential && logoutAtProvider === undefined) {
    throw new SsoLinkError('nothing_to_change', 'a change of an SSO client needs at least one option');
  }
  const { client, credential } = await clientToUpdate(database, sealer, slug, id);
  const present = { region: client.region, url: client.issuer };
  const issuer = ofCredential
    ? await resolveIssuer(issuers, { ...credential, ...change }, { region, check, present })
    : undefined;
  return database.transaction(async (tx) => {
    await guard?.(tx);
    return updateSsoClient(tx, actor, sealer, client, {
      ...change,
      ...(issuer && { issuer }),
      ...(logoutAtProvider !== undefined && { logoutAtProvider }),
    });
  });
}
