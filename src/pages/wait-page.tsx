import { Layout } from './layout.tsx';
import { OtherWay, SignOut } from './login-page.tsx';
import { usePage } from './page-context.ts';

/** So long it says nothing but that a moment is needed. Seconds. */
export const PATIENCE_S = 15;

export interface WaitPageProps {
  companyName: string;
  /** How long the person has waited. Seconds. */
  waited: number;
  returnTo: string | undefined;
  signOutToken: string;
}

/** Continues automatically: with JavaScript as soon as the link result is committed, without it by reloading. */
export function WaitPage({ companyName, waited, returnTo, signOutToken }: WaitPageProps) {
  const { wait } = usePage().messages;
  const long = waited >= PATIENCE_S;
  return (
    <Layout
      title={wait.title}
      kind="wait"
      refresh={{ after: long ? 5 : 1, url: '/login/wait' }}
      script="/assets/wait.js"
    >
      <div class="spinner" aria-hidden="true" />
      <p role="status" id="status" data-long={wait.long}>
        {long ? wait.long : wait.connecting(companyName)}
      </p>
      <div id="long" hidden={!long}>
        <p>{wait.nothingLost}</p>
        <p class="aside">
          <a href="/login/wait">{wait.checkAgain}</a>
        </p>
        <OtherWay returnTo={returnTo} />
        <SignOut token={signOutToken} />
      </div>
    </Layout>
  );
}
