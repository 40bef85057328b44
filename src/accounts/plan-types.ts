/** What the mirror holds, and what a batch of lines changes of it. */
import type { AccountName, BadLine, ImportedAccount } from './import-line.ts';

export interface KnownUser {
  id: string;
  name: string | null;
  status: 'active' | 'suspended' | 'deleted';
  /** The company's slug. */
  company: string | null;
  companySetBy: 'import' | 'link' | null;
  /** When each was changed, as far as it is known. */
  companyAt: string | null;
  nameAt: string | null;
  statusAt: string | null;
}

export interface UserWrite {
  id: string;
  company: string | null;
  name: string | null;
  status: 'active' | 'suspended';
  companyAt: string | null;
  nameAt: string | null;
  statusAt: string | null;
}

export interface KnownAccount extends ImportedAccount {
  userId: string;
  /** When it was changed, as far as it is known. */
  at: string | null;
}

/** Of an account that is gone: the time of its last change. */
export interface KnownRemoval extends AccountName {
  at: string;
}

/** What the database holds of all that the lines name. */
export interface KnownMirror {
  /** The slugs that exist, of those that the lines name. */
  companies: ReadonlySet<string>;
  users: readonly KnownUser[];
  accounts: readonly KnownAccount[];
  removals: readonly KnownRemoval[];
}

/** A line that wants what the database won't give up: told, and the rest of the line imported. */
export interface Conflict {
  line: number;
  userId: string;
  reason: 'company_set_by_link' | 'user_deleted';
  /** The company that stays. */
  company: string | null;
  /** The company that the line names. */
  wanted: string | null;
}

export interface ImportPlan {
  bad: BadLine[];
  conflicts: Conflict[];
  /** To insert or to change, by id. */
  users: UserWrite[];
  /** Ids to erase. */
  erase: string[];
  /** Ids of deleted users who were never heard of: no older line brings them. */
  deleted: string[];
  /** To insert or to change, by provider and the provider's id. */
  accounts: (KnownAccount & { at: string })[];
  /** To delete. */
  removed: KnownRemoval[];
  /** Accounts and users whose values stay: only the time of the last change is newer. */
  confirmed: { users: UserWrite[]; accounts: (KnownAccount & { at: string })[]; removals: KnownRemoval[] };
  /** Lines that brought nothing new. */
  unchanged: number;
}
