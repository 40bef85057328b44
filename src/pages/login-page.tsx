import { Layout } from './layout.tsx';
import { alternativeSignInUrl } from './links.ts';
import { usePage } from './page-context.ts';

export interface LoginPageProps {
  /** The company whose people may continue with JumpCloud, where it is known and has SSO. */
  company?: { name: string; startUrl: string; logo?: string };
  /** What was typed, where no company was found for it. */
  loginHint?: string;
  noSso?: 'emailMalformed' | 'noCompany';
  returnTo?: string;
  signedOut?: boolean;
}

export function LoginPage(props: LoginPageProps) {
  const { productName, messages } = usePage();
  return (
    <Layout title={messages.signIn.title(productName)} company={props.company}>
      {props.signedOut && (
        <p class="notice" role="status">
          {messages.signIn.signedOut}
        </p>
      )}
      {props.company ? <Continue {...props} company={props.company} /> : <AskEmail {...props} />}
      <OtherWay returnTo={props.returnTo} />
    </Layout>
  );
}

function Continue({
  company,
  returnTo,
}: LoginPageProps & { company: NonNullable<LoginPageProps['company']> }) {
  const { signIn } = usePage().messages;
  return (
    <>
      <p>{signIn.company(company.name)}</p>
      {/* A link, not a form: Chromium holds `form-action` against the redirect that follows. */}
      <a class="button jumpcloud" href={company.startUrl}>
        {signIn.continueWithJumpCloud}
      </a>
      <p class="aside">
        <a href={anotherEmailUrl(returnTo)}>{signIn.notThisCompany(company.name)}</a>
      </p>
    </>
  );
}

function AskEmail({ loginHint, noSso, returnTo }: LoginPageProps) {
  const { signIn } = usePage().messages;
  return (
    <>
      {noSso && (
        <div class="notice warning" role="alert" id="problem" tabindex={-1} autofocus>
          {signIn[noSso]}
        </div>
      )}
      <form method="get" action="/login">
        <label for="login_hint">{signIn.email}</label>
        <input
          id="login_hint"
          name="login_hint"
          type="email"
          autocomplete="username"
          required
          autofocus={!noSso}
          value={loginHint}
          {...(noSso && { 'aria-invalid': 'true', 'aria-describedby': 'problem' })}
        />
        {returnTo && <input type="hidden" name="return_to" value={returnTo} />}
        <input type="hidden" name="continue" value="1" />
        <button class="button" type="submit">
          {signIn.continue}
        </button>
      </form>
    </>
  );
}

/** Nothing where the product has no other way in: the link would lead in a circle. */
export function OtherWay({ returnTo }: { returnTo: string | undefined }) {
  const { socialLoginUrl, messages } = usePage();
  if (socialLoginUrl === undefined) return null;
  return (
    <p class="aside">
      <a href={alternativeSignInUrl(socialLoginUrl, returnTo)}>{messages.signIn.otherWays}</a>
    </p>
  );
}

/** @param props.token `signOutToken` of the session */
export function SignOut({ token }: { token: string }) {
  return (
    <form class="aside" method="post" action="/logout">
      <input type="hidden" name="token" value={token} />
      <button class="link" type="submit">
        {usePage().messages.signIn.signOut}
      </button>
    </form>
  );
}

/** The form, whatever the browser remembers. */
export function anotherEmailUrl(returnTo: string | undefined): string {
  return `/login?company=${returnTo ? `&return_to=${encodeURIComponent(returnTo)}` : ''}`;
}
