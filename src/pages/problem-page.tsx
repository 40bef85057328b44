import { Layout } from './layout.tsx';
import { alternativeSignInUrl, type Destination, signInUrl } from './links.ts';
import { OtherWay, SignOut } from './login-page.tsx';
import type { Problem } from './problem.ts';

export interface ProblemPageProps {
  problem: Problem;
  productName: string;
  socialLoginUrl: string;
  /** What a person can hand on: of a refusal the login's id, else the request's. Both find a line in the log. */
  reference: string;
  /** `signOutToken` of the session of a refused sign-in, which can be ended. */
  signOutToken?: string;
  destination?: Destination | undefined;
  /** What an admin who tests the connection reads besides. */
  detail?: string | undefined;
}

export function ProblemPage(props: ProblemPageProps) {
  const { problem, productName, socialLoginUrl, reference, signOutToken, destination = {} } = props;
  const [again, other] = [problem.action !== 'other', problem.action !== 'again'];
  return (
    <Layout title={problem.title} productName={productName}>
      <p role="alert">{problem.text}</p>
      <a
        class="button"
        href={again ? signInUrl(destination) : alternativeSignInUrl(socialLoginUrl, destination.returnTo)}
      >
        {again ? 'Sign in again' : 'Other ways to sign in'}
      </a>
      {again && other && <OtherWay socialLoginUrl={socialLoginUrl} returnTo={destination.returnTo} />}
      {props.detail && <p class="detail">{props.detail}</p>}
      {signOutToken && <SignOut token={signOutToken} />}
      <p class="detail">Reference: {reference}</p>
    </Layout>
  );
}
