import { httpBrowser } from '../../dev/browser.ts';
import { until } from '../support/until.ts';
import type { Person } from './installation.ts';

export interface Load {
  /** Sign-ins that the service acknowledged: it led the browser on, or refused a person whom the policy refuses. */
  signedIn(): number;
  /** The same, by the person's `sub`. */
  acknowledged: Map<string, number>;
  /** Sign-ins that met a closed door, and began again. */
  refused(): number;
  /** What else a browser was answered, or failed of. */
  failed: string[];
  /** Waits for so many more sign-ins, a minute at most. @throws an error that says what there was instead */
  more(count: number): Promise<void>;
  /** No more sign-ins; resolves when those under way are over. */
  stop(): Promise<void>;
}

/** A server that isn't there: nothing listens, or it closed before it took the connection. */
const CLOSED_DOOR = new Set(['ECONNREFUSED', 'ECONNRESET']);

/** People who sign in, one after the other, so many at once, each with a browser of their own. */
export function signInLoad(options: { url: string; appUrl: string; people: Person[]; atOnce: number }): Load {
  const { url, appUrl, people, atOnce } = options;
  const [waiting, failed]: [string, string[]] = [`${url}/login/wait`, []];
  const acknowledged = new Map<string, number>();
  let [next, signedIn, refused, stopped] = [0, 0, 0, false];

  const signIn = async ({ email, sub, company = 'acme', refused: denied }: Person) => {
    // A connection a request: one that is kept could be closed while the next request is on its way.
    const browser = httpBrowser({ stopAt: [appUrl, waiting], headers: { connection: 'close' } });
    try {
      const { status, url: at } = await browser.signIn({
        startUrl: `${url}/login/start?company=${company}`,
        email,
        waitMs: 0,
      });
      // The waiting page is an answer of the callback itself, after LOGIN_WAIT.
      const answered =
        at.startsWith(`${url}/login/callback`) && (status === 200 || (status === 403 && denied));
      if (status === 0 || answered) {
        signedIn += 1;
        acknowledged.set(sub, (acknowledged.get(sub) ?? 0) + 1);
      } else failed.push(`${status} at ${new URL(at).pathname}`);
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause;
      if (!CLOSED_DOOR.has(cause?.code ?? '')) return void failed.push(`${error}: ${cause?.code ?? cause}`);
      refused += 1;
      await until(
        async () => stopped || ((await fetch(`${url}/livez`).catch(() => undefined))?.ok ?? false),
        60_000,
      );
    }
  };
  const person = async () => {
    while (!stopped) await signIn(people[next++ % people.length] as Person);
  };
  const under = Array.from({ length: atOnce }, person);
  const load: Load = {
    signedIn: () => signedIn,
    acknowledged,
    refused: () => refused,
    failed,
    more: (count) => moreOf(load, count),
    async stop() {
      stopped = true;
      await Promise.all(under);
    },
  };
  return load;
}

/** What `Load.more` does. */
export async function moreOf(
  { signedIn, refused, failed }: Omit<Load, 'more'>,
  count: number,
): Promise<void> {
  const before = signedIn();
  await until(
    () => signedIn() >= before + count,
    60_000,
    () =>
      `${signedIn() - before} of ${count} sign-ins, ${refused()} refused in all, ${failed.length} failed: ` +
      failed.slice(-5).join(', '),
  );
}
