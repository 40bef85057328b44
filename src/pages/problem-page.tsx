import { Layout } from './layout.tsx';
import { alternativeSignInUrl, type Destination, signInUrl } from './links.ts';
import { anotherEmailUrl, SignOut } from './login-page.tsx';
import { type PageContext, usePage } from './page-context.ts';
import { type Problem, textOf } from './problem.ts';

export interface ProblemPageProps {
  problem: Problem;
  /** What a person can hand on: of a refusal the login's id, else the request's. Both find a line in the log. */
  reference: string;
  /** `signOutToken` of the session of a refused sign-in, which can be ended. */
  signOutToken?: string;
  destination?: Destination | undefined;
  /** What an admin who tests the connection reads besides. */
  detail?: string | undefined;
}

export function ProblemPage({
  problem,
  reference,
  signOutToken,
  destination = {},
  detail,
}: ProblemPageProps) {
  const page = usePage();
  const { title, text } = textOf(problem, page.messages);
  const [primary, ...others] = actionsOf(problem, page, destination, reference);
  return (
    <Layout title={title} kind="problem" script="/assets/copy.js">
      <p role="alert" tabindex={-1} autofocus>
        {text}
      </p>
      {primary && (
        <a class="button" href={primary.url}>
          {primary.name}
        </a>
      )}
      {others.map(({ name, url }) => (
        <p class="aside">
          <a href={url}>{name}</a>
        </p>
      ))}
      {detail && <p class="detail">{detail}</p>}
      {signOutToken && <SignOut token={signOutToken} />}
      <Reference reference={reference} />
    </Layout>
  );
}

/** A button copies it, one click selects it, and the link to the support carries it. */
export function Reference({ reference }: { reference: string }) {
  const { supportUrl, messages } = usePage();
  return (
    <p class="detail">
      {messages.footer.reference('')}
      <code class="reference" id="reference">
        {reference}
      </code>{' '}
      <button
        class="link"
        type="button"
        data-copy="reference"
        data-copied={messages.footer.copied}
        aria-live="polite"
        hidden
      >
        {messages.footer.copy}
      </button>
      {supportUrl && (
        <>
          {' · '}
          <a href={supportLink(supportUrl, reference)}>{messages.footer.support}</a>
        </>
      )}
    </p>
  );
}

interface Action {
  name: string;
  url: string;
}

/** What helps, the best first. Never a link that leads back to the same refusal. */
function actionsOf(
  { action }: Problem,
  page: PageContext,
  destination: Destination,
  reference: string,
): Action[] {
  const { messages, productName, appUrl, socialLoginUrl, supportUrl } = page;
  const { returnTo } = destination;
  const again = { name: messages.signIn.again, url: signInUrl(destination) };
  const other = { name: messages.signIn.anotherEmail, url: anotherEmailUrl(returnTo) };
  const otherWay = socialLoginUrl
    ? [{ name: messages.signIn.otherWays, url: alternativeSignInUrl(socialLoginUrl, returnTo) }]
    : [];
  switch (action) {
    case 'again':
      return [again];
    case 'again or other':
      return [again, ...otherWay];
    case 'support or other':
      return [
        ...(supportUrl ? [{ name: messages.footer.support, url: supportLink(supportUrl, reference) }] : []),
        ...otherWay,
        other,
      ];
    case 'other':
      return [...otherWay, other];
    case 'support':
      return supportUrl ? [{ name: messages.footer.support, url: supportLink(supportUrl, reference) }] : [];
    case 'setup':
      return [{ name: messages.setup.test.back, url: '/setup' }];
    case 'product':
      return [{ name: productName, url: appUrl }];
  }
}

function supportLink(supportUrl: string, reference: string): string {
  const url = new URL(supportUrl);
  url.searchParams.set(url.protocol === 'mailto:' ? 'subject' : 'reference', reference);
  return url.href;
}
