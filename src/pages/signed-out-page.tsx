import { Layout } from './layout.tsx';
import { usePage } from './page-context.ts';

/** Shown for a moment: the answer's `Refresh` header leads on to JumpCloud's sign-out, whose URL holds a token. */
export function SignedOutPage() {
  const { signedOut, signIn } = usePage().messages;
  return (
    <Layout title={signedOut.title}>
      <p role="status">{signedOut.atJumpCloud}</p>
      <a class="button" href="/login">
        {signIn.again}
      </a>
    </Layout>
  );
}
