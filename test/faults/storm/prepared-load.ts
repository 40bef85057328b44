/**
 * Sign-ins that cost the driver next to nothing: start and callback alone. The code that a browser would fetch from the
 * provider's form is made here (`prepared-provider.ts`).
 */
import http from 'node:http';
import type { Person } from '../installation.ts';
import { type Load, moreOf } from '../load.ts';

/** What the provider's code says, in place of a store. */
export interface PreparedCode {
  clientId: string;
  nonce: string;
  /** PKCE, S256. */
  challenge: string;
  sub: string;
  email: string;
  emailVerified: boolean;
}

interface Answer {
  status: number;
  location: string;
  cookies: string[];
}

/** Milliseconds until a request is given up, as people do. */
const PATIENCE_MS = 30_000;
/** Milliseconds after a failure until the same person's place is taken by the next. */
const PAUSE_MS = 250;

/** People who sign in, one after the other, so many at once. */
export function preparedLoad(options: { url: string; people: Person[]; atOnce: number }): Load {
  const { url, people, atOnce } = options;
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce });
  const acknowledged = new Map<string, number>();
  const failed: string[] = [];
  let [next, signedIn, stopped] = [0, 0, false];

  function ask(address: string, cookie?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = http.get(address, { agent, headers: cookie ? { cookie } : {} }, (response) => {
        const { statusCode: status = 0, headers } = response;
        response.resume().on('error', reject);
        response.on('end', () =>
          resolve({ status, location: headers.location ?? '', cookies: headers['set-cookie'] ?? [] }),
        );
      });
      request.setTimeout(PATIENCE_MS, () => request.destroy(new Error('no answer')));
      request.on('error', reject);
    });
  }

  async function signIn(person: Person): Promise<void> {
    const begun = await ask(`${url}/login/start?company=${person.company ?? 'acme'}`);
    if (begun.status !== 303) throw new Error(`${begun.status} at /login/start`);
    const asked = new URL(begun.location).searchParams;
    const query = new URLSearchParams({ state: asked.get('state') ?? '', code: codeFor(person, asked) });
    const cookie = begun.cookies.map((line) => line.slice(0, line.indexOf(';'))).join('; ');
    const { status } = await ask(`${url}/login/callback?${query}`, cookie);
    // 200 is the waiting page, after LOGIN_WAIT; 403 the answer to whom the policy refuses.
    if (![200, 303].includes(status) && !(status === 403 && person.refused)) {
      throw new Error(`${status} at /login/callback`);
    }
    signedIn += 1;
    acknowledged.set(person.sub, (acknowledged.get(person.sub) ?? 0) + 1);
  }

  async function inTurn(): Promise<void> {
    while (!stopped) {
      await signIn(people[next++ % people.length] as Person).catch(async (error: Error) => {
        failed.push(error.message);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      });
    }
  }

  const under = Array.from({ length: atOnce }, inTurn);
  const load: Load = {
    signedIn: () => signedIn,
    acknowledged,
    refused: () => 0,
    failed,
    more: (count) => moreOf(load, count),
    async stop() {
      stopped = true;
      await Promise.all(under);
      agent.destroy();
    },
  };
  return load;
}

function codeFor({ sub, email, emailVerified = true }: Person, asked: URLSearchParams): string {
  const code: PreparedCode = {
    clientId: asked.get('client_id') ?? '',
    nonce: asked.get('nonce') ?? '',
    challenge: asked.get('code_challenge') ?? '',
    ...{ sub, email, emailVerified },
  };
  return Buffer.from(JSON.stringify(code)).toString('base64url');
}
