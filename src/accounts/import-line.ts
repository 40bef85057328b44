import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { normalizeEmail } from '../email.ts';
import type { Line } from './ndjson.ts';

/** PostgreSQL stores no NUL, and no id holds a control character. */
const Id = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f]{1,255}$' });
const optional = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Optional(Type.Union([type, Type.Null()]));

const User = {
  user_id: Id,
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
const Deleted = Type.Object({ user_id: Id, status: Type.Literal('deleted') });

/** Of an account that its person disconnected, or that the provider no longer has. */
const Removed = Type.Object({
  provider: Account.provider,
  provider_user_id: Id,
  removed: Type.Literal(true),
});

const present = Compile(Present);
const deleted = Compile(Deleted);
const removed = Compile(Removed);

export interface ImportedUser {
  id: string;
  /** The company's slug; null for none. */
  company: string | null;
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
  user: ImportedUser;
  /** Null in the line of a deleted user: the account no longer belongs to anybody. */
  account: ImportedAccount | null;
}

export interface RemovalLine {
  number: number;
  removed: AccountName;
}

export type ImportLine = UserLine | RemovalLine;

export interface BadLine {
  line: number;
  /** In words, and without what stood there: it is personal data. */
  reason: string;
}

/** Reads one line. An invalid line is a value, not an error: the import continues with the others. */
export function readImportLine({ number, text }: Line): ImportLine | BadLine {
  const bad = (reason: string): BadLine => ({ line: number, reason });
  if (text === null) return bad('longer than 1 MiB, or not UTF-8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return bad('not JSON');
  }
  if (deleted.Check(data) && data.user_id.isWellFormed()) {
    return {
      number,
      user: { id: data.user_id, company: null, name: null, status: 'deleted' },
      account: null,
    };
  }
  if (removed.Check(data) && data.provider_user_id.isWellFormed()) {
    return { number, removed: { provider: data.provider, providerUserId: data.provider_user_id } };
  }
  if (!present.Check(data)) return bad(describe(data));
  if (data.email !== null && typeof data.email_verified !== 'boolean') {
    return bad(`email_verified is invalid: ${EXPECTED.email_verified}`);
  }
  if (!(data.user_id + data.provider_user_id).isWellFormed()) return bad('an id is no well-formed Unicode');
  return read(number, data) ?? bad('email is no address that could be compared safely');
}

function read(number: number, data: Static<typeof Present>): UserLine | undefined {
  const email = data.email === null ? null : normalizeEmail(data.email);
  if (email === null && data.email !== null) return undefined;
  return {
    number,
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
