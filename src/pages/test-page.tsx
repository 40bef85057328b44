import type { ComponentChildren } from 'preact';
import type { Outcome } from '../events/link-result.ts';
import type { ReasonClass } from '../sessions/session.ts';
import { Layout } from './layout.tsx';
import type { Messages } from './messages/en.ts';
import { usePage } from './page-context.ts';
import { REFUSALS, textOf } from './problem.ts';
import { Reference } from './problem-page.tsx';

export interface TestPageProps {
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
  /** A setup is open in this browser: the page leads back to it. */
  inSetup: boolean;
  /** It finds the line in the log. */
  reference: string;
}

/** What a test of an SSO client found, for the company's admin: what is right, and what to do where it is not. */
export function TestPage(props: TestPageProps) {
  const { messages } = usePage();
  const { companyName, profile, domain, knownOrganization, logout } = props;
  const { email, emailVerified, name, groups, organization, unexpected } = profile;
  const t = messages.test;
  const moved = knownOrganization !== null && organization !== null && organization !== knownOrganization;
  return (
    <Layout title={t.title}>
      <p role="status">{t.intro(companyName)}</p>
      <ul class="checks">
        <Check ok={email !== null} name={t.email}>
          {email === null
            ? unexpected.email
              ? t.emailOdd(unexpected.email)
              : t.emailMissing
            : `${email}${name === null ? '' : ` (${name})`}`}
        </Check>
        <Check ok={emailVerified} name={t.verified}>
          {emailVerified
            ? t.verifiedYes
            : unexpected.email_verified
              ? t.verifiedOdd(unexpected.email_verified)
              : t.verifiedNo}
        </Check>
        <Check ok={props.domainProven} name={t.domain}>
          {domain === null
            ? t.domainNone
            : props.domainProven
              ? t.domainYes(domain, companyName)
              : t.domainNo(domain, companyName)}
        </Check>
        <Check ok={props.refreshable} name={t.refresh}>
          {props.refreshable ? t.refreshYes : t.refreshNo}
        </Check>
        <Check ok={!moved} name={t.organization}>
          {organization === null
            ? t.organizationNone
            : moved
              ? t.organizationMoved(organization, knownOrganization)
              : organization}
        </Check>
        <Check ok name={t.groups}>
          {groups.length === 0 ? t.groupsNone : groups.join(', ')}
        </Check>
        <Check ok={props.refusal === null}>{expected(messages, props.outcome, props.refusal)}</Check>
        {logout === undefined && (
          <Check ok={false} name={t.logout}>
            {t.logoutNone}
          </Check>
        )}
      </ul>
      {props.inSetup && (
        <p>
          <a class="button" href="/setup#test">
            {messages.setup.test.back}
          </a>
        </p>
      )}
      {logout && (
        <form method="post" action="/login/test-logout">
          <input type="hidden" name="logout" value={logout} />
          <p>{t.logoutTry}</p>
          <button class="button" type="submit">
            {t.logoutButton}
          </button>
        </form>
      )}
      <Reference reference={props.reference} />
    </Layout>
  );
}

function Check({ ok, name, children }: { ok: boolean; name?: string; children: ComponentChildren }) {
  return (
    <li class={ok ? 'right' : 'wrong'}>
      <strong>{ok ? '✓ ' : `${usePage().messages.test.toDo} `}</strong>
      {name && `${name} — `}
      {children}
    </li>
  );
}

/** Of a refusal no more than a real sign-in's page would say. */
function expected(messages: Messages, outcome: Outcome, refusal: ReasonClass | null): string {
  if (refusal !== null) {
    const { title, text } = textOf(REFUSALS[refusal], messages);
    return messages.test.refused(title, text);
  }
  switch (outcome) {
    case 'user_created':
      return messages.test.created;
    case 'linked':
      return messages.test.linked;
    default:
      return messages.test.asBefore;
  }
}
