import { parse } from 'tldts';
import { normalizeDomain } from '../email.ts';
import { SsoLinkError } from '../errors.ts';
import { isFreemail } from './freemail.ts';

/**
 * The domain in the form that is compared, if a company may own it at all. An exact match is meant:
 * a subdomain is a domain of its own.
 * @throws SsoLinkError `domain_invalid`, `domain_public_suffix` or `domain_freemail`
 */
export function companyDomain(text: string): string {
  const domain = normalizeDomain(text.trim());
  if (domain === null) {
    throw new SsoLinkError(
      'domain_invalid',
      `'${text}' is not an email domain: expected a host name like example.com, without @ and without a path`,
    );
  }
  // With private suffixes (github.io, …): the owner of one subdomain does not own its neighbours.
  if (parse(domain, { allowPrivateDomains: true }).domain === null) {
    throw new SsoLinkError(
      'domain_public_suffix',
      `${domain} is a public suffix: anybody can register below it, so no company owns it`,
    );
  }
  if (isFreemail(domain)) {
    throw new SsoLinkError(
      'domain_freemail',
      `${domain} is a public email provider: anybody can have an address there, so no company owns it`,
    );
  }
  return domain;
}
