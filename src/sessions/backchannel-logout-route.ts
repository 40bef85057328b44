import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import type { AppDeps } from '../app-deps.ts';
import { findLogoutAddressee } from '../companies/logout-addressee.ts';
import { LOST_RACES, retryOnCodes } from '../db/retry-on-codes.ts';
import { SsoLinkError } from '../errors.ts';
import { createAddressLimit } from '../http/rate-limits.ts';
import { addLogFields } from '../observability/requests.ts';
import { addresseeOf } from '../provider/logout-token.ts';
import { endByLogoutToken } from './backchannel-logout.ts';
import { BACKCHANNEL_LOGOUT, type BackchannelLogoutBody } from './route-schemas.ts';

/**
 * `POST /logout/backchannel`: JumpCloud ends the sessions of a person who signed out or was removed there. It is there for
 * an issuer whose metadata says `backchannel_logout_supported`, and 404 for the others.
 */
export function backchannelLogoutRoute(
  app: FastifyInstance,
  deps: Pick<AppDeps, 'config' | 'database' | 'provider' | 'notifyRelay'>,
): void {
  const { config, database, provider, notifyRelay } = deps;
  const issuers = new Set(config.JUMPCLOUD_ISSUERS.map(({ url }) => url));
  const options = {
    schema: BACKCHANNEL_LOGOUT,
    onRequest: createAddressLimit(app, config.RATE_LIMIT_PER_ADDRESS),
  };

  app.post<{ Body: Static<typeof BackchannelLogoutBody> }>(
    '/logout/backchannel',
    options,
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const { logout_token: token } = request.body;
      const client = await findAddressee(token);
      addLogFields(request, { company: client.company.slug });
      const claims = await provider.verifyLogoutToken(client, token);
      const end = () => database.transaction((tx) => endByLogoutToken(tx, client, claims));
      const { ended } = await retryOnCodes(end, {
        codes: LOST_RACES,
        tries: 5,
        pause: (tries) => 20 * tries,
      });
      addLogFields(request, { sessions_ended: ended });
      if (ended > 0) notifyRelay();
      return reply.code(200).send();
    },
  );

  /** Whom the token is for, as it says itself: nothing is verified yet. */
  async function findAddressee(token: string) {
    const named = addresseeOf(token);
    if (!issuers.has(named.issuer)) throw invalid('its issuer is not listed');
    const { backchannelLogout } = await provider.metadata(named.issuer);
    if (!backchannelLogout) {
      throw new SsoLinkError('not_found', `${named.issuer} does not say that it sends logout tokens`);
    }
    const client = await findLogoutAddressee(database, named);
    if (client === undefined) throw invalid('aud is not an SSO client of this issuer');
    return client;
  }
}

const invalid = (why: string) =>
  new SsoLinkError('logout_token_invalid', `the logout token was refused: ${why}`);
