/** Opens the socket of a connection: TCP or UNIX, with TLS as `sslmode` says (PostgreSQL, 53.2.10 SSL Session Encryption). */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as tlsConnect } from 'node:tls';
import { SsoLinkError } from '../errors.ts';
import type { ConnectionSettings, Host } from './connection-url.ts';

/** SSLRequest: its length, and the code 1234.5679. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const YES = 0x53; // S
const NO = 0x4e; // N

/**
 * @throws the system's error, OpenSSL's, or SsoLinkError `CONNECT_TIMEOUT`, `database_tls_unsupported` (the server
 *   has no TLS and `sslmode` wants it), `config_invalid` (a certificate file cannot be read)
 */
export async function openSocket(settings: ConnectionSettings, host: Host): Promise<Socket> {
  const socket = host.socketFolder
    ? connect(`${host.socketFolder}/.s.PGSQL.${host.port}`)
    : connect({ host: host.address ?? host.host, port: host.port });
  const timer = setTimeout(() => {
    const message = `no connection within ${settings.connectTimeout} ms`;
    socket.destroy(new SsoLinkError('CONNECT_TIMEOUT', message));
  }, settings.connectTimeout);
  try {
    await once(socket, 'connect');
    socket.setNoDelay(true);
    // As libpq: there is no TLS on a UNIX socket.
    if (settings.sslMode === 'disable' || host.socketFolder) return socket;
    return await secured(socket, settings, host);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function secured(socket: Socket, settings: ConnectionSettings, host: Host): Promise<Socket> {
  const optional = settings.sslMode === 'allow' || settings.sslMode === 'prefer';
  if (settings.sslNegotiation === 'postgres' && !(await offersTls(socket))) {
    if (optional) return socket;
    throw new SsoLinkError('database_tls_unsupported', 'PostgreSQL offers no TLS on this address');
  }
  const secure = tlsConnect({ socket, ...(await tlsOptions(settings, host)) });
  try {
    await once(secure, 'secureConnect');
    return secure;
  } catch (error) {
    secure.destroy();
    throw error;
  }
}

async function offersTls(socket: Socket): Promise<boolean> {
  socket.write(SSL_REQUEST);
  const ended = new AbortController();
  const closed = once(socket, 'close', { signal: ended.signal }).then(() => {
    throw new SsoLinkError('CONNECTION_CLOSED', 'PostgreSQL closed the connection when asked for TLS');
  });
  closed.catch(() => {});
  try {
    const [answer] = (await Promise.race([once(socket, 'data'), closed])) as [Buffer];
    // More than one byte before the handshake was sent by somebody else (CVE-2021-23222).
    if (answer.length !== 1 || (answer[0] !== YES && answer[0] !== NO)) {
      throw new SsoLinkError(
        'database_tls_unsupported',
        'the answer to the request for TLS is not PostgreSQL’s',
      );
    }
    return answer[0] === YES;
  } finally {
    ended.abort();
  }
}

async function tlsOptions(settings: ConnectionSettings, { host }: Host): Promise<ConnectionOptions> {
  const { sslMode, sslRootCert, sslCert, sslKey, sslPassword } = settings;
  const verified = sslMode === 'verify-ca' || sslMode === 'verify-full';
  const [ca, cert, key] = await Promise.all([
    sslRootCert && sslRootCert !== 'system' ? pem('sslrootcert', sslRootCert) : undefined,
    sslCert ? pem('sslcert', sslCert) : undefined,
    sslKey ? pem('sslkey', sslKey) : undefined,
  ]);
  return {
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['postgresql'],
    rejectUnauthorized: verified,
    // Against the host that was asked for, an IP address included. Without `servername` Node would take localhost.
    checkServerIdentity: (_name, certificate) =>
      sslMode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(sslPassword && { passphrase: sslPassword }),
  };
}

/** Read for each connection: a rotation replaces the file. */
async function pem(parameter: string, file: string): Promise<Buffer> {
  return readFile(file).catch((error: Error) => {
    throw new SsoLinkError('config_invalid', `${parameter} of DATABASE_URL cannot be read: ${error.message}`);
  });
}
