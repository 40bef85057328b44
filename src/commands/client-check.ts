import { type Credential, findIssuer } from '../companies/probe.ts';
import type { Issuer } from '../config.ts';
import { SsoLinkError } from '../errors.ts';
import { boundedFetch } from '../provider/bounded-fetch.ts';
import { createDiscovery } from '../provider/discovery.ts';

/**
 * The issuer that a client is of, found by asking; without a check, the one that the operator names, or had.
 * @throws SsoLinkError as `findIssuer`, or `region_unknown`, `region_missing`
 */
export async function checkedIssuer(
  listed: readonly Issuer[],
  credential: Credential,
  options: { region: string | undefined; check: boolean; present?: Issuer },
): Promise<Issuer> {
  const candidates =
    options.region === undefined ? listed : listed.filter((issuer) => issuer.region === options.region);
  if (candidates.length === 0) {
    throw new SsoLinkError(
      'region_unknown',
      `JUMPCLOUD_ISSUERS names no region '${options.region}': it has ${listed.map((i) => i.region).join(', ')}`,
    );
  }
  if (options.check) {
    const discovery = createDiscovery(listed);
    return findIssuer(candidates, credential, {
      tokenEndpoint: async (issuer) => (await discovery.metadata(issuer)).tokenEndpoint,
      fetch: boundedFetch,
    });
  }
  const [only, another] = candidates;
  if (only && !another) return only;
  if (options.present) return { region: options.present.region, issuer: options.present.issuer };
  throw new SsoLinkError('region_missing', '--no-check asks nobody: give --region, too');
}
