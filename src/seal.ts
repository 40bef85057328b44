/**
 * Sealing of cookies and columns: AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D §8.2.2).
 * A sealed value names its key, so several keys live at once: the first seals, all open. The associated
 * data binds a value to its place, so that a value moved to another row or cookie does not open.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { SsoLinkError } from './errors.ts';

const VERSION = 's1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealer {
  /** `s1.<key id>.<base64url of nonce, ciphertext and tag>`. */
  seal(plaintext: string | Buffer, associatedData: string): string;
  /** @throws SsoLinkError `seal_broken` when the value was altered, moved or sealed by an unknown key. */
  open(sealed: string, associatedData: string): string;
  /** As `open`, for a value that is not text. */
  openBytes(sealed: string, associatedData: string): Buffer;
  /** Whether `seal` would use another key today: what `keys reseal` looks for. */
  isStale(sealed: string): boolean;
  /** A stable keyed hash, to recognise a value (an email in a log, say) without showing it. */
  pseudonym(value: string): string;
}

/** @param keys 32-byte keys; the first seals, all open. */
export function createSealer(keys: readonly Buffer[]): Sealer {
  const byId = new Map(keys.map((key) => [keyId(key), key]));
  const [current] = byId;
  if (current === undefined) throw new SsoLinkError('seal_no_key', 'SECRET_KEYS holds no key');
  const [currentId, currentKey] = current;
  const pseudonymKey = createHmac('sha256', currentKey).update('pseudonym').digest();

  const openBytes: Sealer['openBytes'] = (sealed, associatedData) => {
    const [version, id, encoded, ...rest] = sealed.split('.');
    const key = byId.get(id ?? '');
    if (version !== VERSION || encoded === undefined || rest.length > 0)
      throw broken('is not a sealed value');
    if (key === undefined) throw broken(`was sealed by a key that SECRET_KEYS no longer holds (${id})`);
    const body = Buffer.from(encoded, 'base64url');
    // Node's decoder ignores stray characters and spare bits: one value, one spelling.
    if (body.length < NONCE_BYTES + TAG_BYTES || body.toString('base64url') !== encoded) {
      throw broken('is not a sealed value');
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(associatedData))
        .setAuthTag(body.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw broken('was altered or belongs elsewhere');
    }
  };

  return {
    seal(plaintext, associatedData) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', currentKey, nonce).setAAD(Buffer.from(associatedData));
      const body = Buffer.concat([
        nonce,
        cipher.update(Buffer.from(plaintext as string)),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `${VERSION}.${currentId}.${body.toString('base64url')}`;
    },
    open: (sealed, associatedData) => openBytes(sealed, associatedData).toString('utf8'),
    openBytes,
    isStale: (sealed) => sealed.split('.')[1] !== currentId,
    pseudonym: (value) => createHmac('sha256', pseudonymKey).update(value).digest('base64url').slice(0, 16),
  };
}

function keyId(key: Buffer): string {
  return createHash('sha256').update('key id').update(key).digest('hex').slice(0, 8);
}

function broken(what: string): SsoLinkError {
  return new SsoLinkError('seal_broken', `a sealed value ${what}`);
}
