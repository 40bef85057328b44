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
  /** It finds the line in the log. */
  reference: string;
}

/** What a test of an SSO client found, for whoever sets it up: what is right, and what to do where it isn't. */
export function TestPage(props: TestPageProps) {
  const { productName, companyName, profile, domain, knownOrganization } = props;
  const { email, emailVerified, name, groups, organization } = profile;
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
            ? 'JumpCloud gave no email. Enable “Email” in the application’s attribute mapping.'
            : `JumpCloud says that you are ${email}${name === null ? '' : ` (${name})`}.`}
        </Check>
        <Check ok={emailVerified}>
          {emailVerified
            ? 'It says that the email is verified.'
            : 'It doesn’t say that the email is verified: nobody can be connected by it.'}
        </Check>
        <Check ok={props.domainProven}>
          {domain === null
            ? 'There is no email domain to look up.'
            : props.domainProven
              ? `${domain} is proven to be a domain of ${companyName}.`
              : `${domain} is not proven to be a domain of ${companyName}.`}
        </Check>
        <Check ok={props.refreshable}>
          {props.refreshable
            ? 'A refresh token came: who is removed at JumpCloud is signed out here.'
            : 'The “Refresh Token” grant is missing: select it under “Grant type” in the application.'}
        </Check>
        <Check ok={!moved}>
          {organization === null
            ? 'JumpCloud named no organization. None is needed.'
            : moved
              ? `Organization: ${organization}. At the first sign-in it was ${knownOrganization}.`
              : `Organization: ${organization}.`}
        </Check>
        <Check ok>
          {groups.length === 0 ? 'No groups came. None are needed.' : `Groups: ${groups.join(', ')}.`}
        </Check>
        <Check ok={props.refusal === null}>{expected(props.outcome, props.refusal)}</Check>
      </ul>
      <p class="detail">Reference: {props.reference}</p>
    </Layout>
  );
}

function Check({ ok, children }: { ok: boolean; children: ComponentChildren }) {
  return (
    <li class={ok ? 'right' : 'wrong'}>
      <strong>{ok ? 'Right: ' : 'To do: '}</strong>
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
