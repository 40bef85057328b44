/** Who is measured at the login: our server, and what people would use instead, each a process of its own. */
import { freePort } from '../../dev/free-port.ts';
import { createDatabase } from '../../dev/postgres.ts';
import type { BenchContext } from '../harness.ts';
import { type Measured, startProgram } from '../support/process.ts';
import type { LoginOrder } from './driver.ts';
import { CLIENT_ID, CLIENT_SECRET, fileOf, type LoginParts } from './parts.ts';

export interface Contestant {
  name: string;
  process: Measured;
  /** How a browser begins. */
  start: Pick<LoginOrder, 'start' | 'origin' | 'body'>;
}

export interface Peer {
  name: string;
  file: string;
  /** Ours has to do so many times its logins a CPU second: with 32 at once, and with one. */
  goals: { 32: number; 1: number };
  start(origin: string): Contestant['start'];
}

const byLink = (origin: string) => ({ origin, start: `${origin}/login/start?` });

export const PEERS: Peer[] = [
  {
    name: 'openid-client',
    file: '../peers/fastify-openid-client.mjs',
    goals: { 32: 0.8, 1: 0.65 },
    start: byLink,
  },
  {
    name: 'Better Auth',
    file: '../peers/better-auth.mjs',
    goals: { 32: 4, 1: 4 },
    start: (origin) => ({
      origin,
      start: `${origin}/api/auth/sign-in/sso`,
      body: JSON.stringify({ providerId: 'acme', callbackURL: `${origin}/done` }),
    }),
  },
  { name: 'Polis', file: '../peers/polis.mjs', goals: { 32: 3, 1: 3 }, start: byLink },
];

export async function startOurs(login: LoginParts): Promise<Contestant> {
  const { origin } = login;
  const start = { origin, start: `${origin}/login/start?company=acme` };
  return { name: 'ours', process: await login.startServer(), start };
}

/** A peer has a database of its own on the same PostgreSQL; its tables it makes itself. */
export async function startPeer(
  peer: Peer,
  login: LoginParts,
  { parts }: Pick<BenchContext, 'parts'>,
): Promise<Contestant> {
  const port = await freePort();
  // Dropped with the server, which ends with the run.
  const { url } = await createDatabase(await parts.postgres());
  const process = await startProgram(fileOf(peer.file), {
    NODE_ENV: 'production',
    ISSUER: login.issuer,
    PORT: String(port),
    CLIENT_ID,
    CLIENT_SECRET,
    DATABASE_URL: url,
  });
  return { name: peer.name, process, start: peer.start(`http://localhost:${port}`) };
}
