import { createHash, randomFillSync } from 'node:crypto';
import { stringify, v7 } from 'uuid';

/** A new UUIDv7: ordered by time, so that indexes grow at their end. */
export const newId = (): string => v7({ random: randomness() });

/** To ask the system for as much at once costs hardly more than to ask for one id's. */
const pool = Buffer.alloc(256 * 16);
let used = pool.length;

function randomness(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}

/**
 * The id of an SSO identity: a UUIDv8 (RFC 9562 §5.8) from SHA-256 of company, issuer and subject, so that
 * it is known before the database is asked, and is the same for a replaced SSO client.
 */
export function ssoIdentityId(companyId: string, issuer: string, subject: string): string {
  // JSON keeps the three apart whatever they hold.
  const bytes = createHash('sha256')
    .update(JSON.stringify([companyId, issuer, subject]))
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return stringify(bytes);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in lower case, as PostgreSQL prints it. */
export const isUuid = (text: string): boolean => UUID.test(text);
