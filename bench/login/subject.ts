import { createHash } from 'node:crypto';

/** The `sub` of a person at bench/login/provider.ts: 24 hex digits, as JumpCloud's. */
export const subjectOf = (email: string): string =>
  createHash('sha256').update(email).digest('hex').slice(0, 24);
