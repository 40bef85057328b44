import { Layout } from './layout.tsx';
import { alternativeSignInUrl } from './links.ts';
import { SignOut } from './login-page.tsx';

/** So long it says nothing but that a moment is needed. Seconds. */
export const PATIENCE_S = 15;

export interface WaitPageProps {
  productName: string;
  companyName: string;
  /** How long the person has waited. Seconds. */
  waited: number;
  socialLoginUrl: string;
  returnTo: string | undefined;
  signOutToken: string;
}

/** Continues automatically: with JavaScript as soon as the link result is committed, without it by reloading. */
export function WaitPage(props: WaitPageProps) {
  const { productName, companyName, waited, socialLoginUrl, returnTo } = props;
  const long = waited >= PATIENCE_S;
  return (
    <Layout
      title="Signing you in"
      productName={productName}
      refresh={{ after: long ? 5 : 1, url: '/login/wait' }}
      script="/assets/wait.js"
    >
      <div class="spinner" aria-hidden="true" />
      <p role="status" id="status">
        {long
          ? 'You are signed in at JumpCloud. Connecting your account takes longer than usual.'
          : `Connecting your ${companyName} account. This usually takes a second.`}
      </p>
      <div id="long" hidden={!long}>
        <p>
          Nothing is lost: keep this page open and it continues automatically, or come back in a few minutes
          and sign in again.
        </p>
        <p class="aside">
          <a href="/login/wait">Check again</a> ·{' '}
          <a href={alternativeSignInUrl(socialLoginUrl, returnTo)}>Other ways to sign in</a>
        </p>
        <SignOut token={props.signOutToken} />
      </div>
    </Layout>
  );
}
