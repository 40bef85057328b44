/** What the log and the traces say about a login. */

import type { SsoClient } from '../companies/sso-client-lookup.ts';
import { normalizeEmail } from '../email.ts';
import { ssoAuthenticated } from '../events/sso-authenticated.ts';
import { ssoIdentityId } from '../ids.ts';
import type { Logger } from '../observability/log.ts';
import type { Span, SpanOptions } from '../observability/trace.ts';
import type { Sealer } from '../seal.ts';
import type { RecordOutcome } from './record.ts';

/** By it a person is followed over the log's lines, the worker's too, which cannot make it. */
export function personOf({ pseudonym }: Sealer, email: string | null): { email_hash?: string } {
  return email === null ? {} : { email_hash: pseudonym(normalizeEmail(email) ?? email) };
}

/** One line per login. It is a warning if an admin at JumpCloud has something to fix. */
export function logLogin(
  log: Pick<Logger, 'info' | 'warn'>,
  client: SsoClient,
  { loginId, firstLogin, signedIn }: Extract<RecordOutcome, { outcome: 'recorded' }>,
  seen: {
    email_hash?: string;
    subject: string;
    organization: string | null;
    refreshable: boolean;
    unexpected: Record<string, string>;
  },
): void {
  const { company, issuer, organization } = client;
  const warnings = [
    // The session can't be followed at JumpCloud: the application there lacks the Refresh Token grant.
    ...(!seen.refreshable ? ['no_refresh_token'] : []),
    // Is this still the same JumpCloud organization?
    ...(organization !== null && seen.organization !== null && seen.organization !== organization
      ? ['other_organization']
      : []),
    ...(Object.keys(seen.unexpected).length > 0 ? ['unexpected_claims'] : []),
  ];
  log[warnings.length > 0 ? 'warn' : 'info'](
    {
      login_id: loginId,
      sso_identity_id: ssoIdentityId(company.id, issuer, seen.subject),
      company: company.slug,
      email_hash: seen.email_hash,
      first_login: firstLogin,
      signed_in: signedIn,
      ...(warnings.length > 0 && { warnings }),
      ...(warnings.includes('unexpected_claims') && { unexpected_claims: seen.unexpected }),
    },
    'login',
  );
}

/** The event is made here: relay and worker continue its trace context. */
export function recordSpan(parent: Span): SpanOptions {
  const attributes = {
    'db.system.name': 'postgresql',
    'messaging.system': 'kafka',
    'messaging.operation.type': 'create',
    'messaging.operation.name': 'record',
    'messaging.destination.name': ssoAuthenticated.topic,
  };
  return { kind: 'producer', parent, attributes };
}
