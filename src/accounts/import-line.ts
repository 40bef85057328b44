import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { normalizeEmail } from '../email.ts';
import { type ChangeTime, isAhead, readChangeTime } from './changed-at.ts';
import type { Line } from './ndjson.ts';

/** PostgreSQL stores no NUL, and no id holds a control character. */
const Id = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f]{1,255}$' });
const optional = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Optional(Type.Union([type, Type.Null()]));

/** When the product made the change. Absent: when the line arrived. */
const Changed = { changed_at: optional(Type.String({ maxLength: 64 })) };
const User = {
  user_id: Id,
  ...Changed,
  company: optional(Type.String({ maxLength: 63 })),
  name: optional(Type.String({ maxLength: 500 })),
};
const Account = {
  provider: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' }),
  provider_user_id: Id,
  /** Null where the provider gives none, as GitHub does of a private address: no email finds the account then. */
  email: Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()]),
  email_verified: optional(Type.Boolean()),
};
const Present = Type.Object({
  ...User,
  status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('suspended')])),
  ...Account,
  removed: Type.Optional(Type.Literal(false)),
});
/** Of a deleted user the product may know nothing more than the id. */
const Deleted = Type.Object({ user_id: Id, status: Type.Literal('deleted'), ...Changed });

/** Of an account that its person disconnected, or that the provider no longer has. */
const Removed = Type.Object({
  provider: Account.provider,
  provider_user_id: Id,
  removed: Type.Literal(true),
  ...Changed,
});

const present = Compile(Present);
const deleted = Compile(Deleted);
const removed = Compile(Removed);

export interface ImportedUser {
  id: string;
  /** The company's slug; null for none. Undefined: what is known stays. */
  company: string | null | undefined;
  /** Absent in the line: what is known stays. */
  name: string | null;
  status: 'active' | 'suspended' | 'deleted' | null;
}

export interface ImportedAccount {
  provider: string;
  providerUserId: string;
  /** Normalized; null where the provider gives none. */
  email: string | null;
  emailVerified: boolean;
}

/** Names a social account. */
export type AccountName = Pick<ImportedAccount, 'provider' | 'providerUserId'>;

export interface UserLine {
  number: number;
  time: ChangeTime;
  user: ImportedUser;
  /** Null in the line of a deleted user: the account no longer belongs to anybody. */
  account: ImportedAccount | null;
}

export interface RemovalLine {
  number: number;
  time: ChangeTime;
  removed: AccountName;
}

export type ImportLine = UserLine | RemovalLine;

export interface BadLine {
  line: number;
  /** In words, and without what stood there: it is personal data. */
  reason: string;
}

/**
 * Reads one line. An invalid line is a value, not an error: the import continues with the others.
 * @param arrived when the change was made, for a line that does not say so
 */
export function readImportLine({ number, text }: Line, arrived: ChangeTime): ImportLine | BadLine {
  const bad = (reason: string): BadLine => ({ line: number, reason });
  if (text === null) return bad('longer than 1 MiB, or not UTF-8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return bad('not JSON');
  }
  const time = timeOf(data, arrived);
  if (time === undefined) return bad(`changed_at is invalid: ${EXPECTED.changed_at}`);
  if (isAhead(time.at, Date.now())) return bad('changed_at lies in the future');
  if (deleted.Check(data) && data.user_id.isWellFormed()) {
    const user = { id: data.user_id, company: null, name: null, status: 'deleted' } as const;
    return { number, time, user, account: null };
  }
  if (removed.Check(data) && data.provider_user_id.isWellFormed()) {
    return { number, time, removed: { provider: data.provider, providerUserId: data.provider_user_id } };
  }
  if (!present.Check(data)) return bad(describe(data));
  if (data.email !== null && typeof data.email_verified !== 'boolean') {
    return bad(`email_verified is invalid: ${EXPECTED.email_verified}`);
  }
  if (!(data.user_id + data.provider_user_id).isWellFormed()) return bad('an id is no well-formed Unicode');
  return read(number, time, data) ?? bad('email is no address that could be compared safely');
}

/** Undefined where the line gives one that is none. */
function timeOf(data: unknown, arrived: ChangeTime): ChangeTime | undefined {
  const { changed_at: text } = (data ?? {}) as { changed_at?: unknown };
  if (text === undefined || text === null) return arrived;
  const at = typeof text === 'string' ? readChangeTime(text) : undefined;
  return at === undefined ? undefined : { at, given: true };
}

function read(number: number, time: ChangeTime, data: Static<typeof Present>): UserLine | undefined {
  const email = data.email === null ? null : normalizeEmail(data.email);
  if (email === null && data.email !== null) return undefined;
  return {
    number,
    time,
    user: {
      id: data.user_id,
      company: data.company ?? null,
      name: storable(data.name),
      status: data.status ?? null,
    },
    account: {
      provider: data.provider,
      providerUserId: data.provider_user_id,
      email,
      emailVerified: email !== null && data.email_verified === true,
    },
  };
}

/** A name is shown, never compared: what PostgreSQL can't store is left out. */
function storable(name: string | null | undefined): string | null {
  return name?.toWellFormed().replaceAll('\0', '').trim() || null;
}

/** What each field expects, for an operator. */
const EXPECTED: Record<string, string> = {
  user_id: 'expected a text of 1 to 255 characters, none of them a control character',
  company: "expected a company's slug, or null",
  name: 'expected a text of at most 500 characters, or null',
  status: 'expected active, suspended or deleted',
  provider: 'expected a name like google or github, in lower case',
  provider_user_id: 'expected a text of 1 to 255 characters, none of them a control character',
  email: 'expected a text, or null where the provider gives none',
  email_verified: 'expected true or false',
  changed_at: 'expected a time as in RFC 3339, like 2026-11-27T08:30:00.123Z, or null',
  removed: 'expected true or false; with true, provider and provider_user_id alone are needed',
};

function describe(data: unknown): string {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return 'not a JSON object';
  const [first] = present.Errors(data);
  const field = first?.instancePath.slice(1) ?? '';
  return field in EXPECTED
    ? `${field} is invalid: ${EXPECTED[field]}`
    : (first?.message ?? 'not as an import line has to be');
}
