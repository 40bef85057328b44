import type { Sealer } from '../seal.ts';
import { randomToken } from '../tokens.ts';

/** Where a sign-in began: a page can lead back there, also in a browser that has no attempt of it. */
export interface Origin {
  company: string;
  /** Left out where it is long: a state is a part of three addresses. */
  returnTo?: string;
}

const BOUND_TO = 'state';
const MAX_RETURN_TO = 300;

/** A fresh `state`: 256 random bits, and where the sign-in began, sealed. */
export function createState(
  sealer: Sealer,
  { company, returnTo }: { company: string; returnTo: string },
): string {
  const origin: Origin = { company, ...(returnTo.length <= MAX_RETURN_TO && { returnTo }) };
  return `${randomToken()}.${sealer.seal(JSON.stringify(origin), BOUND_TO)}`;
}

/** Where the sign-in with this state began; undefined for a state that is not ours. Proves nothing about the browser. */
export function originOf(sealer: Sealer, state: string): Origin | undefined {
  try {
    return JSON.parse(sealer.open(state.slice(state.indexOf('.') + 1), BOUND_TO)) as Origin;
  } catch {
    return undefined;
  }
}
