import { Resolver } from 'node:dns/promises';
import { codeOf } from '../errors.ts';

/** The part of `Resolver` that a proof needs, so that a test gives its own. */
export type DomainResolver = Pick<Resolver, 'resolveTxt' | 'resolveSoa'>;

/** What DNS says about one challenge. `shown` is another value at the record's name, `code` the resolver's error. */
export type DomainAnswer =
  | { answer: 'verified' | 'no_record' | 'no_such_domain' }
  | { answer: 'other_value'; shown: string }
  | { answer: 'dns_unreachable'; code: string };

/** Milliseconds per try, and tries per server. */
const TIMEOUT = 2_000;
const TRIES = 2;
/** Characters of another value that are shown: the length of one chunk of a TXT record. */
const MAX_SHOWN = 255;

/**
 * A resolver with its own timeout and tries.
 * @param servers addresses of DNS servers, with a port if needed; without one, the system's servers
 * @throws TypeError `ERR_INVALID_IP_ADDRESS`
 */
export function domainResolver(...servers: string[]): Resolver {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  return resolver;
}

/** The name and the text of the TXT record that proves a domain. */
export function domainRecord(challenge: { domain: string; value: string }): { name: string; text: string } {
  return { name: `_sso-link-challenge.${challenge.domain}`, text: `sso-link=${challenge.value}` };
}

/** Asks DNS for the record of a challenge. A DNS message holds 64 KiB at most, so the answer is bounded. */
export async function lookUpRecord(
  resolver: DomainResolver,
  challenge: { domain: string; value: string },
): Promise<DomainAnswer> {
  const { name, text } = domainRecord(challenge);
  try {
    // The chunks of one record are joined without a separator (RFC 7208, section 3.3).
    const texts = (await resolver.resolveTxt(name)).map((chunks) => chunks.join('').trim());
    if (texts.includes(text)) return { answer: 'verified' };
    const other = texts.find((other) => other.startsWith('sso-link=')) ?? texts[0];
    return other === undefined
      ? { answer: 'no_record' }
      : { answer: 'other_value', shown: other.slice(0, MAX_SHOWN) };
  } catch (error) {
    if (codeOf(error) !== 'ENOTFOUND') return failed(error);
    return domainExists(resolver, challenge.domain);
  }
}

/** NXDOMAIN of the record's name is usual while the record is missing, so the domain itself is asked for. */
async function domainExists(resolver: DomainResolver, domain: string): Promise<DomainAnswer> {
  try {
    await resolver.resolveSoa(domain);
    return { answer: 'no_record' };
  } catch (error) {
    return codeOf(error) === 'ENOTFOUND' ? { answer: 'no_such_domain' } : failed(error);
  }
}

function failed(error: unknown): DomainAnswer {
  const code = codeOf(error) ?? 'unknown';
  return code === 'ENODATA' ? { answer: 'no_record' } : { answer: 'dns_unreachable', code };
}
