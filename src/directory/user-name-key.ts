import { normalizeEmail } from '../email.ts';

/** A user name as names are compared: RFC 7643 §4.1.1 has them case-insensitive, and JumpCloud's are emails. */
export const userNameKey = (userName: string): string =>
  normalizeEmail(userName) ?? userName.trim().normalize('NFC').toLowerCase();
