/**
 * Connection strings as libpq takes them (PostgreSQL, 32.1.1 Connection Strings, 32.1.2 Parameter Key Words): what
 * psql and the consoles of cloud providers print works here, and what is not supported is named.
 */
import { SsoLinkError } from '../errors.ts';

export interface Host {
  /** What the certificate is checked against: a name or an IP address. */
  host: string;
  port: number;
  /** The address to connect to where it is not `host`. */
  address?: string;
  /** The folder of a UNIX socket, in place of a TCP connection. */
  socketFolder?: string;
}

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
const SESSION_ATTRIBUTES = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const;

export type SslMode = (typeof SSL_MODES)[number];
export type SessionAttributes = (typeof SESSION_ATTRIBUTES)[number];

export interface ConnectionSettings {
  /** Tried in this order. */
  hosts: Host[];
  user: string;
  password: string;
  database: string;
  sslMode: SslMode;
  /** A file of PEM certificates, or `system`. */
  sslRootCert?: string;
  sslCert?: string;
  sslKey?: string;
  sslPassword?: string;
  sslNegotiation: 'postgres' | 'direct';
  targetSessionAttributes: SessionAttributes;
  /** Command-line options for the server process, like `-c search_path=app`. */
  options?: string;
  /** Milliseconds for each host. */
  connectTimeout: number;
}

type Env = Record<string, string | undefined>;
type Parameters = Map<string, string>;

const CONNECT_TIMEOUT_S = 10;

/** Without effect here, or always as it is wanted. */
const IGNORED = new Set([
  'application_name',
  'fallback_application_name',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'tcp_user_timeout',
  'sslcompression',
  'sslsni',
  'krbsrvname',
  'gsslib',
]);
/** Parameters of other programs, and what to write instead. */
const INSTEAD = new Map([
  ['schema', 'write options=-c%20search_path%3DNAME'],
  ['search_path', 'write options=-c%20search_path%3DNAME'],
  ['connection_limit', 'set DATABASE_POOL'],
  ['pool_timeout', 'remove it'],
  ['pool_max_conns', 'set DATABASE_POOL'],
  ['pgbouncer', 'remove it: a pooler is detected'],
  ['statement_cache_size', 'remove it'],
  ['prepared_statements', 'remove it: a pooler is detected'],
  ['ssl', 'write sslmode'],
  ['sslaccept', 'write sslmode=verify-full or sslmode=require'],
  ['sslidentity', 'write sslcert and sslkey'],
]);
const ENVIRONMENT: Record<string, string> = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  password: 'PGPASSWORD',
};

/**
 * Reads a connection string.
 * @param name the variable that holds it, for the error
 * @param env where a parameter is absent: `PGSSLMODE`, `PGSSLROOTCERT`, `PGSSLCERT`, `PGSSLKEY`, `PGPASSWORD`
 * @throws SsoLinkError `config_invalid`, which never quotes the password
 */
export function parseConnectionUrl(text: string, name = 'DATABASE_URL', env: Env = {}): ConnectionSettings {
  const fail = (why: string): never => {
    throw new SsoLinkError('config_invalid', `${name} is invalid: ${why}`);
  };
  const expected =
    'expected a URL like postgres://user:password@host:5432/database; percent-encode @ / ? # in user and password';
  const match = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(text);
  if (match === null) {
    return fail(expected);
  }
  const [, login = '', hosts = '', path = '', query = ''] = match;
  const decode = (value: string, part: string): string => {
    try {
      return decodeURIComponent(value);
    } catch {
      return fail(`its ${part} is not percent-encoded: write % as %25, @ as %40, / as %2F`);
    }
  };
  const parameters = readQuery(query, decode);
  // Else it may be a part of the password, which no message shows.
  if ([...parameters.keys()].some((key) => !/^[a-z_]{1,40}$/i.test(key))) return fail(expected);
  for (const [parameter, variable] of Object.entries(ENVIRONMENT)) {
    const value = env[variable];
    if (!value || parameters.has(parameter)) continue;
    if (parameter === 'sslmode') assertOneOf(variable, value, SSL_MODES);
    parameters.set(parameter, value);
  }
  refuseUnsupported(parameters, fail);

  const colon = login.indexOf(':');
  const take = (parameter: string) => parameters.get(parameter) || undefined;
  const user =
    take('user') ??
    (decode(colon < 0 ? login : login.slice(0, colon), 'user') || (env.PGUSER ?? env.USER ?? ''));
  const password = colon < 0 ? (take('password') ?? '') : decode(login.slice(colon + 1), 'password');
  const database = take('dbname') ?? (decode(path, 'database') || user);
  const sslMode = sslModeOf(parameters, fail);
  const { sslrootcert, sslcert, sslkey, sslpassword, options } = Object.fromEntries(parameters);
  return {
    hosts: readHosts(hosts, parameters, decode, fail),
    user,
    password,
    database,
    sslMode,
    ...(sslrootcert && { sslRootCert: sslrootcert }),
    ...(sslcert && { sslCert: sslcert }),
    ...(sslkey && { sslKey: sslkey }),
    ...(sslpassword && { sslPassword: sslpassword }),
    sslNegotiation: oneOf(parameters, 'sslnegotiation', ['postgres', 'direct'] as const, fail) ?? 'postgres',
    targetSessionAttributes: oneOf(parameters, 'target_session_attrs', SESSION_ATTRIBUTES, fail) ?? 'any',
    ...(options && { options }),
    connectTimeout: secondsOf(parameters, fail) * 1_000,
  };
}

function readQuery(query: string, decode: (value: string, part: string) => string): Parameters {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      const [key, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [decode(key, 'parameters'), decode(value, 'parameters')];
    }),
  );
}

const KNOWN = new Set([
  ...['host', 'hostaddr', 'port', 'user', 'password', 'dbname', 'options', 'connect_timeout'],
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'sslnegotiation'],
  ...['channel_binding', 'target_session_attrs', 'gssencmode', 'client_encoding'],
]);

type Fail = (why: string) => never;

function refuseUnsupported(parameters: Parameters, fail: Fail): void {
  for (const parameter of parameters.keys()) {
    if (KNOWN.has(parameter) || IGNORED.has(parameter)) continue;
    fail(`the parameter ${parameter} is not supported: ${INSTEAD.get(parameter) ?? 'remove it'}`);
  }
  oneOf(parameters, 'gssencmode', ['disable', 'prefer'] as const, fail);
  const encoding = parameters.get('client_encoding')?.replace('-', '').toLowerCase();
  if (encoding !== undefined && !['utf8', 'auto'].includes(encoding)) fail('client_encoding must be UTF8');
}

/**
 * The driver has no SCRAM channel binding. It protects from a server in the middle, and so does a certificate
 * that is checked: `channel_binding=require` means `verify-full` here.
 */
function sslModeOf(parameters: Parameters, fail: Fail): SslMode {
  const binding = oneOf(parameters, 'channel_binding', ['disable', 'prefer', 'require'] as const, fail);
  const mode = oneOf(parameters, 'sslmode', SSL_MODES, fail);
  if (binding === 'require') {
    if (mode === 'disable') fail('channel_binding=require needs TLS: remove sslmode=disable');
    return 'verify-full';
  }
  if (parameters.get('sslrootcert') === 'system') {
    if (mode !== undefined && mode !== 'verify-full') fail('sslrootcert=system needs sslmode=verify-full');
    return 'verify-full';
  }
  // As libpq: with a root certificate `require` checks the chain.
  if (mode === 'require' && parameters.has('sslrootcert')) return 'verify-ca';
  return mode ?? 'prefer';
}

function readHosts(
  text: string,
  parameters: Parameters,
  decode: (value: string, part: string) => string,
  fail: Fail,
): Host[] {
  const ports = parameters.get('port')?.split(',') ?? [];
  const addresses = parameters.get('hostaddr')?.split(',') ?? [];
  const names = parameters.get('host')?.split(',') ?? (text === '' ? ['localhost'] : text.split(','));
  return names.map((name, i): Host => {
    // "[::1]:5432", "host:5432", "host", "%2Fvar%2Frun%2Fpostgresql"
    const [, v6, plain = '', own] =
      /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(name) ??
      fail(
        'a host must be a name, an IPv4 address or [an IPv6 address], with an optional :port; percent-encode user and password',
      );
    const port = Number(own || ports[i] || ports[0] || 5432);
    if (!(port > 0 && port < 65_536)) fail('the port must be an integer from 1 to 65535');
    const host = v6 ?? decode(plain, 'host');
    if (host.startsWith('/')) return { host: 'localhost', port, socketFolder: host };
    const address = addresses[i];
    return { host: host || 'localhost', port, ...(address && { address }) };
  });
}

function secondsOf(parameters: Parameters, fail: Fail): number {
  const text = parameters.get('connect_timeout');
  if (text === undefined || text === '') return CONNECT_TIMEOUT_S;
  if (!/^\d{1,4}$/.test(text)) fail('connect_timeout must be a number of seconds');
  // 0 is "wait without a limit" for libpq: a role must not.
  return Number(text) || CONNECT_TIMEOUT_S;
}

function assertOneOf(variable: string, value: string, values: readonly string[]): void {
  if (values.includes(value)) return;
  throw new SsoLinkError('config_invalid', `${variable} is invalid: expected one of ${values.join(', ')}`);
}

function oneOf<T extends string>(
  parameters: Parameters,
  parameter: string,
  values: readonly T[],
  fail: Fail,
): T | undefined {
  const text = parameters.get(parameter);
  if (text === undefined || text === '') return undefined;
  const value = values.find((one) => one === text);
  return value ?? fail(`${parameter} must be one of ${values.join(', ')}`);
}
