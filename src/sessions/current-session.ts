import type { AppDeps } from '../app-deps.ts';
import type { Revalidate } from './revalidate.ts';
import { readSession, type SessionState } from './session.ts';

/** The session of a cookie, followed at JumpCloud where that is due. */
export type CurrentSession = (cookie: string | undefined) => Promise<SessionState>;

export function createCurrentSession(
  { config, database }: Pick<AppDeps, 'config' | 'database'>,
  revalidate: Revalidate,
): CurrentSession {
  return async (cookie) => {
    const read = () => readSession(database, cookie, { idle: config.SESSION_IDLE });
    const state = await read();
    // What was read before JumpCloud was asked may be over: a sign-out doesn't wait for its answer.
    return state.state === 'signed_in' && (await revalidate(state)) ? read() : state;
  };
}
