import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runner } from '../../../dev/postgres/binaries.ts';

const run = promisify(execFile);

export interface Certificate {
  /** PEM files. */
  cert: string;
  key: string;
}

export interface Authority {
  folder: string;
  /** The authority's own certificate, a PEM file. */
  ca: string;
  /** @param names subject alternative names, like `DNS:localhost` or `IP:127.0.0.1` */
  issue(commonName: string, names: string[]): Promise<Certificate>;
  remove(): Promise<void>;
}

/** A private certificate authority, by openssl. PostgreSQL's user can read its files. */
export async function createAuthority(): Promise<Authority> {
  const who = await runner();
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-ca-'));
  await chmod(folder, 0o755);
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const subject = (name: string) => ['-subj', `/CN=${name}`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    ...subject('CA'),
  );
  return {
    folder,
    ca: file('ca.pem'),
    async issue(commonName, names) {
      const base = names.join('-').replace(/[^\w.-]/g, '_');
      await openssl('req', ...key, '-keyout', `${base}.key`, '-out', `${base}.csr`, ...subject(commonName));
      await writeFile(file(`${base}.ext`), names.length > 0 ? `subjectAltName=${names.join(',')}\n` : '');
      // Of its own: a file of serial numbers is shared by whatever is issued at once.
      const serial = `0x${randomBytes(8).toString('hex')}`;
      const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', serial, '-days', '2'];
      const files = ['-in', `${base}.csr`, '-out', `${base}.pem`, '-extfile', `${base}.ext`];
      await openssl('x509', '-req', ...files, ...signer);
      await chmod(file(`${base}.key`), 0o600);
      if (who) await chown(file(`${base}.key`), who.uid, who.gid);
      return { cert: file(`${base}.pem`), key: file(`${base}.key`) };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
