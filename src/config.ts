/**
 * Every environment variable of the service: what it is for, what it expects, its default. docs/configuration.md
 * is made from this table (`npm run docs`), and `npm run check` holds the two together.
 */
import {
  duration,
  durationUpTo,
  every,
  flag,
  isDnsServer,
  isNetwork,
  list,
  mailUrl,
  text,
  url,
  webUrl,
  wholeNumber,
} from './config-values.ts';
import { parseConnectionUrl } from './db/connection-url.ts';
import { SsoLinkError } from './errors.ts';

export type RoleName = 'server' | 'relay' | 'worker' | 'api';

type Env = Record<string, string | undefined>;

interface Variable<T> {
  /** One sentence for an operator. */
  description: string;
  /** What a right value looks like; ends the error message. */
  expects: string;
  /** As it would be written in the environment; without one the variable is required. */
  default?: string;
  /** Where roles differ, so that all of them run on one machine as they are. */
  roleDefaults?: Partial<Record<RoleName, string>>;
  /** Undefined where the text is no right value. */
  parse(text: string): T | undefined;
}

export interface Issuer {
  region: string;
  /** The issuer identifier, byte for byte. */
  url: string;
}

/** The URL as it was given. @throws SsoLinkError `config_invalid` */
function databaseUrl(name: string) {
  return (text: string): string => {
    parseConnectionUrl(text, name, process.env);
    return text;
  };
}

const variable = <T>(v: Variable<T>): Variable<T> => v;

export const VARIABLES = {
  DATABASE_URL: variable({
    description: 'The PostgreSQL database of all roles and commands.',
    expects: 'a URL like postgres://user:password@host:5432/database',
    parse: databaseUrl('DATABASE_URL'),
  }),
  DATABASE_DIRECT_URL: variable({
    description:
      'The same database past a connection pooler, for `migrate`, and for the relay and the server, which are notified of new rows. Empty takes DATABASE_URL.',
    expects: 'a URL like postgres://user:password@host:5432/database',
    default: '',
    parse: (text) => (text === '' ? '' : databaseUrl('DATABASE_DIRECT_URL')(text)),
  }),
  DATABASE_PASSWORD_FILE: variable({
    description:
      "A file that holds the database's password, read again for each connection. For passwords that change.",
    expects: 'a path',
    default: '',
    parse: text,
  }),
  DATABASE_POOL: variable({
    description:
      'Connections to the database that one process opens at most. A relay and a server open one more, for notifications; a worker two more, for the mirror.',
    expects: 'an integer from 2 to 200',
    default: '10',
    parse: wholeNumber(2, 200),
  }),
  KAFKA_BROKERS: variable({
    description: 'Bootstrap brokers, for relay, worker and topics. The server never touches Kafka.',
    expects: 'comma-separated host:port, like broker-1:9092,broker-2:9092',
    parse: (text) => {
      const brokers = list(text);
      return brokers.length > 0 && brokers.every((b) => /^(\[[^\]]+\]|[^:[\]]+):\d{1,5}$/.test(b))
        ? brokers
        : undefined;
    },
  }),
  KAFKA_SSL: variable({
    description: 'Whether the brokers are spoken to over TLS.',
    expects: 'true or false',
    default: 'false',
    parse: flag,
  }),
  KAFKA_SSL_CA_FILE: variable({
    description: "PEM certificates of the authorities of the brokers' certificates; Node's own when empty.",
    expects: 'a path',
    default: '',
    parse: text,
  }),
  KAFKA_SSL_CERT_FILE: variable({
    description: 'The client certificate (PEM) for brokers that require one. Read again for each connection.',
    expects: 'a path',
    default: '',
    parse: text,
  }),
  KAFKA_SSL_KEY_FILE: variable({
    description: 'The private key (PEM) of KAFKA_SSL_CERT_FILE. Read again for each connection.',
    expects: 'a path',
    default: '',
    parse: text,
  }),
  KAFKA_SSL_SERVERNAME: variable({
    description: "The host in the brokers' certificates, if it is not the host in KAFKA_BROKERS.",
    expects: 'a host name',
    default: '',
    parse: text,
  }),
  KAFKA_SASL_MECHANISM: variable({
    description: 'How clients authenticate to the brokers. Empty for not at all, or by client certificate.',
    expects: 'plain, scram-sha-256, scram-sha-512, oauthbearer or aws-msk-iam',
    default: '',
    parse: (text) =>
      (['', 'plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer', 'aws-msk-iam'] as const).find(
        (m) => m === text.toLowerCase(),
      ),
  }),
  KAFKA_OAUTH_TOKEN_URL: variable({
    description: 'For oauthbearer: the token endpoint, asked by the client credentials grant.',
    expects: 'an https URL, or http on a loopback host',
    default: '',
    parse: (text) => (text === '' ? '' : webUrl(text)?.href),
  }),
  KAFKA_OAUTH_CLIENT_ID: variable({
    description: 'For oauthbearer: the client id at the token endpoint.',
    expects: 'a name',
    default: '',
    parse: text,
  }),
  KAFKA_OAUTH_CLIENT_SECRET: variable({
    description: 'For oauthbearer: the client secret.',
    expects: 'a secret',
    default: '',
    parse: text,
  }),
  KAFKA_OAUTH_SCOPE: variable({
    description: 'For oauthbearer: the scopes to request, separated by spaces.',
    expects: 'scopes',
    default: '',
    parse: text,
  }),
  KAFKA_AWS_REGION: variable({
    description:
      'For aws-msk-iam: the region of the cluster. Credentials come from the environment of the AWS SDK.',
    expects: 'a region like eu-central-1',
    default: '',
    parse: (text) => (/^([a-z]{2}(-[a-z]+)+-\d)?$/.test(text) ? text : undefined),
  }),
  KAFKA_SASL_USERNAME: variable({
    description: 'The SASL user.',
    expects: 'a name',
    default: '',
    parse: text,
  }),
  KAFKA_SASL_PASSWORD: variable({
    description: 'Its password.',
    expects: 'a password',
    default: '',
    parse: text,
  }),
  KAFKA_TOPIC_PREFIX: variable({
    description: 'A prefix of every topic and consumer group, so that two installations can share a cluster.',
    expects: 'letters, digits, dots, dashes and underscores',
    default: '',
    parse: (text) => (/^[A-Za-z0-9._-]{0,100}$/.test(text) ? text : undefined),
  }),
  KAFKA_TOPIC_REPLICATION: variable({
    description:
      'Replicas of each topic that `sso-link topics` creates; 0 takes 3, or fewer where there are fewer brokers.',
    expects: 'an integer from 0 to 9',
    default: '0',
    parse: wholeNumber(0, 9),
  }),
  KAFKA_TOPIC_RETENTION: variable({
    description:
      'How long the topics that `sso-link topics` creates keep records. They hold emails: personal data.',
    expects: 'a duration like 90s, 15m, 12h or 7d',
    default: '7d',
    parse: duration,
  }),
  PUBLIC_URL: variable({
    description:
      'Where browsers reach this service; PUBLIC_URL/login/callback is the redirect URI at JumpCloud.',
    expects: 'an https origin like https://account.example.com, or http on a loopback host, without a path',
    parse: (text) => {
      const parsed = webUrl(text);
      return parsed && parsed.pathname === '/' && !parsed.search ? parsed.origin : undefined;
    },
  }),
  APP_URL: variable({
    description: 'Where people go after they signed in: the product, and the Login URL at JumpCloud.',
    expects: 'an https URL, or http on a loopback host',
    parse: (text) => webUrl(text)?.href,
  }),
  SOCIAL_LOGIN_URL: variable({
    description:
      "The product's own sign-in page, for people whose company has no single sign-on; it is given return_to. Pages offer no other way in when it is empty or APP_URL.",
    expects: 'an https URL, or http on a loopback host',
    default: '',
    parse: (text) => (text === '' ? '' : webUrl(text)?.href),
  }),
  BRAND_LOGO: variable({
    description: "A picture of the product's logo for the pages and their icon: SVG or PNG, up to 256 KiB.",
    expects: 'a path',
    default: '',
    parse: text,
  }),
  BRAND_LOGO_DARK: variable({
    description: 'The same for dark pages. BRAND_LOGO when empty.',
    expects: 'a path',
    default: '',
    parse: text,
  }),
  BRAND_COLOR: variable({
    description:
      'The color of buttons. The color of their text, of links and of dark pages follow, so that all can be read.',
    expects: 'a color like #1f6f5c',
    default: '',
    parse: (value) => (/^(#[0-9a-f]{6})?$/i.test(value) ? value.toLowerCase() : undefined),
  }),
  SUPPORT_URL: variable({
    description: 'Where people get help. Links carry the reference of what went wrong.',
    expects: 'an https URL, or mailto: with an address',
    default: '',
    parse: (text) => (text === '' ? '' : (webUrl(text)?.href ?? mailUrl(text))),
  }),
  TERMS_URL: variable({
    description: "The product's terms, linked at the foot of each page.",
    expects: 'an https URL, or http on a loopback host',
    default: '',
    parse: (text) => (text === '' ? '' : webUrl(text)?.href),
  }),
  PRIVACY_URL: variable({
    description: "The product's privacy notice, linked at the foot of each page.",
    expects: 'an https URL, or http on a loopback host',
    default: '',
    parse: (text) => (text === '' ? '' : webUrl(text)?.href),
  }),
  RETURN_ORIGINS: variable({
    description:
      'Origins that return_to may lead to and that may read /session; the origin of APP_URL when empty.',
    expects:
      'comma-separated https origins like https://app.example.com, or http on a loopback host; each by its whole name, without wildcards',
    default: '',
    parse: (text) =>
      every(list(text), (o) => (!o.includes('*') && webUrl(o)?.href === `${o}/` ? o : undefined)),
  }),
  SECRET_KEYS: variable({
    description:
      'Keys that seal secrets, tokens and cookies; the first seals, all open. See docs/operating.md to rotate.',
    expects: 'comma-separated base64 of 32 random bytes each, as `openssl rand -base64 32` prints',
    parse: (text) => {
      const keys = list(text).map((k) => Buffer.from(k, 'base64'));
      return keys.length > 0 && keys.every((k) => k.length === 32) ? keys : undefined;
    },
  }),
  JUMPCLOUD_ISSUERS: variable({
    description:
      'The only issuers that are ever contacted, by region. The trailing slash belongs to the name.',
    expects: 'comma-separated region=URL, https or http on a loopback host',
    default:
      'us=https://oauth.id.jumpcloud.com/,eu=https://oauth.id.eu.jumpcloud.com/,in=https://oauth.id.in.jumpcloud.com/',
    parse: (text) => {
      const issuers = every(list(text), (entry): Issuer | undefined => {
        const [, region, issuer] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(entry) ?? [];
        return region && issuer && webUrl(issuer) ? { region, url: issuer } : undefined;
      });
      const regions = new Set(issuers?.map((i) => i.region));
      return issuers?.length && regions.size === issuers.length ? issuers : undefined;
    },
  }),
  DNS_SERVERS: variable({
    description:
      "DNS servers that are asked for the TXT records by which companies prove their domains; the system's when empty. Give public ones where the system's answer for internal names.",
    expects: 'comma-separated IP addresses, with a port if needed, like 192.0.2.53 or 192.0.2.53:5353',
    default: '',
    parse: (text) => every(list(text), (server) => (isDnsServer(server) ? server : undefined)),
  }),
  TRUST_PROXY: variable({
    description:
      'Proxies whose X-Forwarded-For is trusted: rate limits then apply per client address. Empty trusts none.',
    expects:
      'comma-separated IP addresses or ranges, like 10.0.0.1 or 10.0.0.0/8 (a prefix from 1 to 32, or 128)',
    default: '',
    parse: (text) => every(list(text), (entry) => (isNetwork(entry) ? entry : undefined)),
  }),
  HOST: variable({
    description: 'The address to listen on.',
    expects: 'an address',
    default: '127.0.0.1',
    parse: text,
  }),
  PORT: variable({
    description: 'The port of the server. Relay and worker answer /livez and /readyz on theirs.',
    expects: 'a port',
    default: '3000',
    roleDefaults: { relay: '3001', worker: '3002' },
    parse: wholeNumber(0, 65535),
  }),
  METRICS_PORT: variable({
    description: 'The port of Prometheus metrics.',
    expects: 'a port',
    default: '9464',
    roleDefaults: { relay: '9465', worker: '9466', api: '9467' },
    parse: wholeNumber(0, 65535),
  }),
  API_HOST: variable({
    description: 'The address that the administrative API listens on. It is not for browsers.',
    expects: 'an address',
    default: '127.0.0.1',
    parse: text,
  }),
  API_PORT: variable({
    description: 'The port of the administrative API, with /livez and /readyz of the role.',
    expects: 'a port',
    default: '3100',
    parse: wholeNumber(0, 65535),
  }),
  LOG_LEVEL: variable({
    description: 'How much is logged.',
    expects: 'trace, debug, info, warn, error, fatal or silent',
    default: 'info',
    parse: (text) =>
      (['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const).find((l) => l === text),
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable({
    description:
      'An OpenTelemetry collector for traces, by OTLP over HTTP; no traces are made when empty. See docs/operating.md.',
    expects: 'an http or https URL like http://collector:4318',
    default: '',
    parse: (text) => (text === '' || /^https?:$/.test(url(text)?.protocol ?? '') ? text : undefined),
  }),
  OTEL_TRACES_SAMPLER: variable({
    description: 'Which traces are made.',
    expects:
      'always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio',
    default: 'parentbased_always_on',
    parse: (text) => (/^(parentbased_)?(always_on|always_off|traceidratio)$/.test(text) ? text : undefined),
  }),
  OTEL_TRACES_SAMPLER_ARG: variable({
    description: 'For a sampler by ratio: the share of logins that are traced.',
    expects: 'a number from 0 to 1',
    default: '1',
    parse: (text) => (/^\d(\.\d{1,9})?$/.test(text) && Number(text) <= 1 ? Number(text) : undefined),
  }),
  PRODUCT_NAME: variable({
    description: "The product's name, as the pages say it.",
    expects: 'a name',
    default: 'SSO Link',
    parse: text,
  }),
  LOGIN_ATTEMPT_TTL: variable({
    description: 'How long a person may take at JumpCloud.',
    expects: 'a duration like 90s, 15m, 12h or 7d',
    default: '10m',
    parse: duration,
  }),
  LOGIN_WAIT: variable({
    description:
      'How long a first sign-in is held for its link result before the person sees the waiting page. 0s shows it at once.',
    expects: 'a duration up to 10s, like 1s or 500ms',
    default: '1s',
    parse: durationUpTo(10_000),
  }),
  SESSION_IDLE: variable({
    description: 'A session that nobody reads for so long ends.',
    expects: 'a duration like 90s, 15m, 12h or 7d',
    default: '12h',
    parse: duration,
  }),
  SESSION_ABSOLUTE: variable({
    description: 'A session ends after so long in any case.',
    expects: 'a duration like 90s, 15m, 12h or 7d',
    default: '7d',
    parse: duration,
  }),
  SESSION_REVALIDATE_AFTER: variable({
    description: 'After so long the next read of a session asks JumpCloud whether the person is still there.',
    expects: 'a duration like 90s, 15m, 12h or 7d',
    default: '15m',
    parse: duration,
  }),
  RATE_LIMIT_PER_ADDRESS: variable({
    description: 'Login requests a minute from one address (IPv6: one /64).',
    expects: 'an integer from 1',
    default: '300',
    parse: wholeNumber(1, 1_000_000_000),
  }),
  RATE_LIMIT_PER_COMPANY: variable({
    description: 'Logins begun a minute at one company; above it, each network has a hundredth of it.',
    expects: 'an integer from 1',
    default: '1200',
    parse: wholeNumber(1, 1_000_000_000),
  }),
  RATE_LIMIT_PER_KEY: variable({
    description: 'Requests of the administrative API per minute, key and process.',
    expects: 'an integer from 1',
    default: '6000',
    parse: wholeNumber(1, 1_000_000_000),
  }),
} as const;

export type VariableName = keyof typeof VARIABLES;
export type Config<Names extends VariableName = VariableName> = {
  [Name in Names]: NonNullable<ReturnType<(typeof VARIABLES)[Name]['parse']>>;
};

/**
 * Reads the named variables; one that isn't set takes its default.
 * @param role takes this role's defaults where roles differ
 * @throws SsoLinkError `config_invalid`, with a line for each wrong or missing one.
 */
export function readConfig<Names extends VariableName>(
  env: Env,
  needed: readonly Names[],
  role: RoleName = 'server',
): Config<Names> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of needed) {
    const { default: fallback, roleDefaults, parse, expects } = VARIABLES[name] as Variable<unknown>;
    const given = env[name]?.trim() || (roleDefaults?.[role] ?? fallback);
    try {
      const value = given === undefined ? undefined : parse(given);
      if (value === undefined) {
        problems.push(`${name} is ${given === undefined ? 'not set' : 'invalid'}: expected ${expects}`);
      }
      values[name] = value;
    } catch (error) {
      // The parser says more precisely what is wrong.
      if (!(error instanceof SsoLinkError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new SsoLinkError('config_invalid', problems.join('\n'));
  return values as Config<Names>;
}

/**
 * The product's own sign-in page; undefined without one. APP_URL is none: it sends people who are not signed in here, so that a
 * link to it leads from a refusal back to the same refusal.
 */
export function separateSignInUrl({
  SOCIAL_LOGIN_URL,
  APP_URL,
}: Config<'SOCIAL_LOGIN_URL' | 'APP_URL'>): string | undefined {
  return SOCIAL_LOGIN_URL === '' || SOCIAL_LOGIN_URL === APP_URL ? undefined : SOCIAL_LOGIN_URL;
}
