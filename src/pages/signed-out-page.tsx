import { Layout } from './layout.tsx';

/** Shown for a moment: the answer's `Refresh` header leads on to JumpCloud's sign-out, whose URL holds a token. */
export function SignedOutPage({ productName }: { productName: string }) {
  return (
    <Layout title="You are signed out" productName={productName}>
      <p role="status">Signing you out of JumpCloud, too…</p>
      <a class="button" href="/login">
        Sign in again
      </a>
    </Layout>
  );
}
