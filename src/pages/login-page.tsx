import { Layout } from './layout.tsx';
import { alternativeSignInUrl } from './links.ts';

export interface LoginPageProps {
  productName: string;
  socialLoginUrl: string;
  /** The company whose people may continue with JumpCloud, where it is known and has SSO. */
  company?: { name: string; startUrl: string };
  /** What was typed, where no company was found for it. */
  loginHint?: string;
  noSso?: 'email_malformed' | 'no_company';
  returnTo?: string;
  signedOut?: boolean;
}

export function LoginPage(props: LoginPageProps) {
  return (
    <Layout title="Sign in" productName={props.productName}>
      {props.signedOut && (
        <p class="notice" role="status">
          You are signed out.
        </p>
      )}
      {props.company ? <Continue {...props} company={props.company} /> : <AskEmail {...props} />}
    </Layout>
  );
}

function Continue({
  company,
  returnTo,
  socialLoginUrl,
}: LoginPageProps & { company: NonNullable<LoginPageProps['company']> }) {
  return (
    <>
      <p>
        <strong>{company.name}</strong> signs in with JumpCloud.
      </p>
      {/* A link, not a form: Chromium holds `form-action` against the redirect that follows. */}
      <a class="button" href={company.startUrl}>
        Continue with JumpCloud
      </a>
      <p class="aside">
        <a href={withReturnTo('/login?company=', returnTo)}>Not {company.name}? Use another email</a>
      </p>
      <OtherWay socialLoginUrl={socialLoginUrl} returnTo={returnTo} />
    </>
  );
}

function AskEmail({ loginHint, noSso, returnTo, socialLoginUrl }: LoginPageProps) {
  return (
    <>
      {noSso && (
        <div class="notice warning" role="alert" id="problem">
          {noSso === 'email_malformed'
            ? 'That doesn’t look like an email address. Check it and try again.'
            : 'There is no single sign-on for this email. Use another way to sign in, or check the address.'}
        </div>
      )}
      <form method="get" action="/login">
        <label for="login_hint">Work email</label>
        <input
          id="login_hint"
          name="login_hint"
          type="email"
          autocomplete="username"
          required
          value={loginHint}
          {...(noSso && { 'aria-invalid': 'true', 'aria-describedby': 'problem' })}
        />
        {returnTo && <input type="hidden" name="return_to" value={returnTo} />}
        <button class="button" type="submit">
          Continue
        </button>
      </form>
      <OtherWay socialLoginUrl={socialLoginUrl} returnTo={returnTo} />
    </>
  );
}

export function OtherWay({
  socialLoginUrl,
  returnTo,
}: {
  socialLoginUrl: string;
  returnTo: string | undefined;
}) {
  return (
    <p class="aside">
      <a href={alternativeSignInUrl(socialLoginUrl, returnTo)}>Other ways to sign in</a>
    </p>
  );
}

/** @param props.token `signOutToken` of the session */
export function SignOut({ token }: { token: string }) {
  return (
    <form class="aside" method="post" action="/logout">
      <input type="hidden" name="token" value={token} />
      <button class="link" type="submit">
        Sign out
      </button>
    </form>
  );
}

function withReturnTo(path: string, returnTo: string | undefined): string {
  return returnTo ? `${path}&return_to=${encodeURIComponent(returnTo)}` : path;
}
