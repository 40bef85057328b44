/**
 * The database, a file per area. Constraints carry the invariants: what must never happen is refused here, whichever
 * process tries. Words are those of docs/glossary.md. Timestamps are `timestamptz`; ids are UUIDv7 except
 * an SSO identity's (UUIDv8 of what it names) and a user's (the product's own).
 */
import { customType, timestamp } from 'drizzle-orm/pg-core';

export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });
/** A transaction's 64-bit id, as text. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });
export const at = (name: string) => timestamp(name, { withTimezone: true });
export const now = (name: string) => at(name).notNull().defaultNow();
