import type { ComponentChildren } from 'preact';
import type { Outcome } from '../events/link-result.ts';
import type { ReasonClass } from '../sessions/session.ts';
import { Layout } from './layout.tsx';
import { REFUSALS } from './problem.ts';

export interface TestPageProps {
  productName: string;
  companyName: string;
  profile: {
    email: string | null;
    emailVerified: boolean;
    name: string | null;
    groups: string[];
    organization: string | null;
    unexpected: Record<string, string>;
  };
  /** The email's; null where there is none that could be compared. */
  domain: string | null;
  /** For this very company. */
  domainProven: boolean;
  refreshable: boolean;
  /** As it was at the first sign-in. */
  knownOrganization: string | null;
  outcome: Outcome;
  /** Why nobody would be signed in; null where somebody would. */
  refusal: ReasonClass | null;
  /** The sealed sign-out to try; undefined where the issuer has none; null where the SSO client signs out here alone. */
  logout: string | null | undefined;
  /** It finds the line in the log. */
  reference: string;
}

/** What a test of an SSO client found, for the company's admin: what is right, and what to do where it is not. */
export function TestPage(props: TestPageProps) {
  const { productName, companyName, profile, domain, knownOrganization } = props;
  const { email, emailVerified, name, groups, organization, unexpected } = profile;
  const moved = knownOrganization !== null && organization !== null && organization !== knownOrganization;
  return (
    <Layout title="This was a test" productName={productName}>
      <p role="status">
        JumpCloud signed you in for <strong>{companyName}</strong>. Nobody is signed in here, and nothing was
        changed.
      </p>
      <ul class="checks">
        <Check ok={email !== null}>
          {email === null
            ? unexpected.email
              ? `Email — ${unexpected.email}. Map “email” to one address in the application’s attribute mapping.`
              : 'Email — missing. Enable “Email” in the application’s attribute mapping.'
            : `Email — ${email}${name === null ? '' : ` (${name})`}`}
        </Check>
        <Check ok={emailVerified}>
          {emailVerified
            ? 'Verified email — JumpCloud confirms it'
            : unexpected.email_verified
              ? `Verified email — ${unexpected.email_verified}. Correct “email_verified” in the attribute mapping.`
              : 'Verified email — JumpCloud does not confirm it, so nobody can be connected by it'}
        </Check>
        <Check ok={props.domainProven}>
          {domain === null
            ? 'Domain — none, because there is no email'
            : props.domainProven
              ? `Domain — ${domain} belongs to ${companyName}`
              : `Domain — ${domain} is not proven to belong to ${companyName}`}
        </Check>
        <Check ok={props.refreshable}>
          {props.refreshable
            ? 'Refresh token — people removed in JumpCloud are signed out here'
            : 'Refresh token — missing. Select “Refresh Token” under “Grant type” in the application.'}
        </Check>
        <Check ok={!moved}>
          {organization === null
            ? 'Organization — not sent, and not needed'
            : moved
              ? `Organization — ${organization}, but ${knownOrganization} at the first sign-in`
              : `Organization — ${organization}`}
        </Check>
        <Check ok>
          {groups.length === 0 ? 'Groups — none, and not needed' : `Groups — ${groups.join(', ')}`}
        </Check>
        <Check ok={props.refusal === null}>{expected(props.outcome, props.refusal)}</Check>
        {props.logout === undefined && (
          <Check ok={false}>
            Sign-out at JumpCloud — this region offers none. Signing out works here alone.
          </Check>
        )}
      </ul>
      {props.logout && (
        <form method="post" action="/login/test-logout">
          <input type="hidden" name="logout" value={props.logout} />
          <p>
            Signing out ends the session at JumpCloud, too. If its page shows an error, register the address.
          </p>
          <button class="button" type="submit">
            Try to sign out
          </button>
        </form>
      )}
      <p class="detail">Reference: {props.reference}</p>
    </Layout>
  );
}

function Check({ ok, children }: { ok: boolean; children: ComponentChildren }) {
  return (
    <li class={ok ? 'right' : 'wrong'}>
      <strong>{ok ? '✓ ' : 'To do: '}</strong>
      {children}
    </li>
  );
}

/** Of a refusal no more than a real sign-in's page would say. */
function expected(outcome: Outcome, refusal: ReasonClass | null): string {
  if (refusal !== null) {
    const { title, text } = REFUSALS[refusal];
    return `At your first real sign-in you would not get in. The page would say: “${title}. ${text}”`;
  }
  switch (outcome) {
    case 'user_created':
      return 'At your first real sign-in you would get a new account.';
    case 'linked':
      return 'At your first real sign-in you would land in the account that you already have.';
    default:
      return 'At your next real sign-in you would land in your account, as before.';
  }
}
