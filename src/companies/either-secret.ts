/**
 * JumpCloud by either of a client's two secrets. The one that worked last is used; on `invalid_client` the other one is
 * tried, once, and what worked is written down. A provider looks at the client before the grant (RFC 6749 §5.2), so a code
 * or a refresh token is not spent by the first try.
 */
import type { Database } from '../db/client.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import type { LiveSecret, Provider, ProviderClient } from '../provider/provider.ts';
import type { Sealer } from '../seal.ts';
import { noteSecretUse, retireOutlived } from './client-secret-use.ts';
import { clientSecretAssociatedData } from './sso-client-rows.ts';

interface Deps {
  database: Pick<Database, 'sql' | 'transaction'>;
  sealer: Sealer;
  log: Logger;
}

/** A provider whose requests with a client secret succeed if either of the two works. */
export function withEitherSecret(provider: Provider, deps: Deps): Provider {
  return {
    ...provider,
    exchangeCode: (client, grant, span) =>
      tryEither(deps, client, (chosen) => provider.exchangeCode(chosen, grant, span)),
    refresh: (client, refreshToken) =>
      tryEither(deps, client, (chosen) => provider.refresh(chosen, refreshToken)),
    revoke: (client, refreshToken) =>
      tryEither(deps, client, (chosen) => provider.revoke(chosen, refreshToken)),
  };
}

async function tryEither<T>(
  deps: Deps,
  client: ProviderClient,
  ask: (client: ProviderClient) => Promise<T>,
): Promise<T> {
  const { secrets = [] } = client;
  if (secrets.length === 0) return ask(client);
  const refused: string[] = [];
  let refusal: unknown;
  for (const [n, secret] of secrets.entries()) {
    try {
      const answer = await ask(n === 0 ? client : { ...client, clientSecret: opened(deps, client, secret) });
      await note(deps, client, { worked: secret, refused });
      return answer;
    } catch (error) {
      if (!isInvalidClient(error)) {
        await note(deps, client, { ...(isAboutGrant(error) && { worked: secret }), refused });
        throw error;
      }
      refused.push(secret.id);
      refusal = error;
    }
  }
  await note(deps, client, { refused });
  throw refusal;
}

const opened = ({ sealer }: Deps, { id }: ProviderClient, { sealed }: LiveSecret): string =>
  sealer.open(sealed, clientSecretAssociatedData(id));

const isInvalidClient = (error: unknown): boolean =>
  error instanceof SsoLinkError && error.facts.oauth_error === 'invalid_client';

/** The client was accepted, and what it asked for was not. */
const isAboutGrant = (error: unknown): boolean =>
  ['grant_rejected', 'access_denied'].includes(codeOf(error) ?? '');

/** A sign-in does not fail for what could not be written down about its client. */
async function note(
  { database, log }: Deps,
  client: ProviderClient,
  { worked, refused }: { worked?: LiveSecret; refused: string[] },
): Promise<void> {
  if (refused.length === 0 && (worked === undefined || worked.noted)) return;
  const { slug } = client.company;
  const where = { company: slug, sso_client_id: client.id };
  try {
    const use = { clientId: client.id, ...(worked && { worked: worked.id }), refused };
    const { firstRefusal, outlived } = await noteSecretUse(database, use);
    if (worked && refused.length > 0) {
      log.info({ ...where, client_secret_id: worked.id }, 'JumpCloud accepts the other client secret');
    } else if (firstRefusal) {
      log.error(where, 'JumpCloud refuses the client secret of an SSO client that had worked');
    }
    if (outlived === null) return;
    await retireOutlived(database, slug, outlived);
    log.info({ ...where, client_secret_id: outlived }, 'a client secret that was replaced is retired');
  } catch (error) {
    log.warn({ ...where, code: codeOf(error) }, 'the use of a client secret could not be written down');
  }
}
