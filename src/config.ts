/**
 * Every environment variable of the service: what it is for, what it wants, its default. docs/configuration.md
 * is made from this table (`npm run docs`), and `npm run check` holds the two together.
 */
import { duration, every, flag, isNetwork, list, text, url, webUrl, wholeNumber } from './config-values.ts';
import { SsoLinkError } from './errors.ts';

type Env = Record<string, string | undefined>;

interface Variable<T> {
  /** One sentence for an operator. */
  about: string;
  /** What a right value looks like; ends the error message. */
  wants: string;
  /** As it would be written in the environment; without one the variable is required by whoever asks. */
  fallback?: string;
  /** Undefined where the text is no right value. */
  read(text: string): T | undefined;
}

export interface Issuer {
  region: string;
  issuer: string;
}

const variable = <T>(v: Variable<T>): Variable<T> => v;

export const VARIABLES = {
  DATABASE_URL: variable({
    about: 'The PostgreSQL database of all roles and commands.',
    wants: 'a URL like postgres://user:password@host:5432/database',
    read: (text) => (['postgres:', 'postgresql:'].includes(url(text)?.protocol ?? '') ? text : undefined),
  }),
  DATABASE_POOL: variable({
    about:
      'Connections to the database that one process opens at most. A relay opens one more, by which it hears that rows wait.',
    wants: 'a whole number from 2 to 200',
    fallback: '10',
    read: wholeNumber(2, 200),
  }),
  KAFKA_BROKERS: variable({
    about: 'Bootstrap brokers, for relay, worker and topics. The server never touches Kafka.',
    wants: 'comma-separated host:port, like broker-1:9092,broker-2:9092',
    read: (text) => {
      const brokers = list(text);
      return brokers.length > 0 && brokers.every((b) => /^(\[[^\]]+\]|[^:[\]]+):\d{1,5}$/.test(b))
        ? brokers
        : undefined;
    },
  }),
  KAFKA_SSL: variable({
    about: 'Whether the brokers are spoken to over TLS.',
    wants: 'true or false',
    fallback: 'false',
    read: flag,
  }),
  KAFKA_SASL_MECHANISM: variable({
    about: 'How relay and worker authenticate at the brokers; empty for not at all.',
    wants: 'plain, scram-sha-256 or scram-sha-512',
    fallback: '',
    read: (text) =>
      (['', 'plain', 'scram-sha-256', 'scram-sha-512'] as const).find((m) => m === text.toLowerCase()),
  }),
  KAFKA_SASL_USERNAME: variable({ about: 'The SASL user.', wants: 'a name', fallback: '', read: text }),
  KAFKA_SASL_PASSWORD: variable({ about: 'Its password.', wants: 'a password', fallback: '', read: text }),
  KAFKA_TOPIC_PREFIX: variable({
    about:
      'Stands in front of every topic and consumer group, so that two installations can share a cluster.',
    wants: 'letters, digits, dots, dashes and underscores',
    fallback: '',
    read: (text) => (/^[A-Za-z0-9._-]{0,100}$/.test(text) ? text : undefined),
  }),
  KAFKA_TOPIC_REPLICATION: variable({
    about:
      'Replicas of each topic that `sso-link topics` creates; 0 takes 3, or fewer where there are fewer brokers.',
    wants: 'a whole number from 0 to 9',
    fallback: '0',
    read: wholeNumber(0, 9),
  }),
  KAFKA_TOPIC_RETENTION: variable({
    about:
      'How long the topics that `sso-link topics` creates keep records. They hold emails: personal data.',
    wants: 'a duration like 90s, 15m, 12h or 7d',
    fallback: '7d',
    read: duration,
  }),
  PUBLIC_URL: variable({
    about: 'Where browsers reach this service; PUBLIC_URL/login/callback is the redirect URI at JumpCloud.',
    wants: 'an https origin like https://account.example.com, or http on a loopback host, without a path',
    read: (text) => {
      const parsed = webUrl(text);
      return parsed && parsed.pathname === '/' && !parsed.search ? parsed.origin : undefined;
    },
  }),
  APP_URL: variable({
    about: 'Where people go after they signed in: the product, and the Login URL at JumpCloud.',
    wants: 'an https URL, or http on a loopback host',
    read: (text) => webUrl(text)?.href,
  }),
  SOCIAL_LOGIN_URL: variable({
    about:
      "The product's other way in, for people whose company has no single sign-on; it is given return_to. APP_URL when empty.",
    wants: 'an https URL, or http on a loopback host',
    fallback: '',
    read: (text) => (text === '' ? '' : webUrl(text)?.href),
  }),
  RETURN_ORIGINS: variable({
    about: 'Origins that return_to may lead to and that may read /session; the origin of APP_URL when empty.',
    wants: 'comma-separated https origins like https://app.example.com, or http on a loopback host',
    fallback: '',
    read: (text) => every(list(text), (o) => (webUrl(o)?.href === `${o}/` ? o : undefined)),
  }),
  SECRET_KEYS: variable({
    about:
      'Keys that seal secrets, tokens and cookies; the first seals, all open. See docs/operating.md to rotate.',
    wants: 'comma-separated base64 of 32 random bytes each, as `openssl rand -base64 32` prints',
    read: (text) => {
      const keys = list(text).map((k) => Buffer.from(k, 'base64'));
      return keys.length > 0 && keys.every((k) => k.length === 32) ? keys : undefined;
    },
  }),
  JUMPCLOUD_ISSUERS: variable({
    about: 'The only issuers that are ever contacted, by region. The trailing slash belongs to the name.',
    wants: 'comma-separated region=URL, https or http on a loopback host',
    fallback:
      'us=https://oauth.id.jumpcloud.com/,eu=https://oauth.id.eu.jumpcloud.com/,in=https://oauth.id.in.jumpcloud.com/',
    read: (text) => {
      const issuers = every(list(text), (entry): Issuer | undefined => {
        const [, region, issuer] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(entry) ?? [];
        return region && issuer && webUrl(issuer) ? { region, issuer } : undefined;
      });
      const regions = new Set(issuers?.map((i) => i.region));
      return issuers?.length && regions.size === issuers.length ? issuers : undefined;
    },
  }),
  TRUST_PROXY: variable({
    about: 'Proxies whose X-Forwarded-For is believed for rate limits and logs; nobody when empty.',
    wants:
      'comma-separated IP addresses or ranges, like 10.0.0.1 or 10.0.0.0/8 (a prefix from 1 to 32, or 128)',
    fallback: '',
    read: (text) => every(list(text), (entry) => (isNetwork(entry) ? entry : undefined)),
  }),
  HOST: variable({
    about: 'The address to listen on.',
    wants: 'an address',
    fallback: '127.0.0.1',
    read: text,
  }),
  PORT: variable({
    about: 'The port of the server; relay and worker answer /livez and /readyz there.',
    wants: 'a port',
    fallback: '3000',
    read: wholeNumber(0, 65535),
  }),
  METRICS_PORT: variable({
    about: 'The port of Prometheus metrics.',
    wants: 'a port',
    fallback: '9464',
    read: wholeNumber(0, 65535),
  }),
  LOG_LEVEL: variable({
    about: 'How much is logged.',
    wants: 'trace, debug, info, warn, error, fatal or silent',
    fallback: 'info',
    read: (text) =>
      (['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const).find((l) => l === text),
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable({
    about:
      'An OpenTelemetry collector for traces, by OTLP over HTTP; no traces are made when empty. See docs/operating.md.',
    wants: 'an http or https URL like http://collector:4318',
    fallback: '',
    read: (text) => (text === '' || /^https?:$/.test(url(text)?.protocol ?? '') ? text : undefined),
  }),
  OTEL_TRACES_SAMPLER: variable({
    about: 'Which traces are made.',
    wants:
      'always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio',
    fallback: 'parentbased_always_on',
    read: (text) => (/^(parentbased_)?(always_on|always_off|traceidratio)$/.test(text) ? text : undefined),
  }),
  OTEL_TRACES_SAMPLER_ARG: variable({
    about: 'For a sampler by ratio: the share of logins that are traced.',
    wants: 'a number from 0 to 1',
    fallback: '1',
    read: (text) => (/^\d(\.\d{1,9})?$/.test(text) && Number(text) <= 1 ? Number(text) : undefined),
  }),
  PRODUCT_NAME: variable({
    about: "The product's name, as the pages say it.",
    wants: 'a name',
    fallback: 'SSO Link',
    read: text,
  }),
  LOGIN_ATTEMPT_TTL: variable({
    about: 'How long a person may take at JumpCloud.',
    wants: 'a duration like 90s, 15m, 12h or 7d',
    fallback: '10m',
    read: duration,
  }),
  SESSION_IDLE: variable({
    about: 'A session that nobody reads for so long ends.',
    wants: 'a duration like 90s, 15m, 12h or 7d',
    fallback: '12h',
    read: duration,
  }),
  SESSION_ABSOLUTE: variable({
    about: 'A session ends after so long in any case.',
    wants: 'a duration like 90s, 15m, 12h or 7d',
    fallback: '7d',
    read: duration,
  }),
  SESSION_REVALIDATE_AFTER: variable({
    about: 'After so long the next read of a session asks JumpCloud whether the person is still there.',
    wants: 'a duration like 90s, 15m, 12h or 7d',
    fallback: '15m',
    read: duration,
  }),
  RATE_LIMIT_PER_ADDRESS: variable({
    about: 'Login requests a minute from one address (IPv6: one /64).',
    wants: 'a whole number from 1',
    fallback: '300',
    read: wholeNumber(1, 1_000_000_000),
  }),
  RATE_LIMIT_PER_COMPANY: variable({
    about: 'Logins begun a minute at one company; above it, each network has a hundredth of it.',
    wants: 'a whole number from 1',
    fallback: '1200',
    read: wholeNumber(1, 1_000_000_000),
  }),
} as const;

export type VariableName = keyof typeof VARIABLES;
export type Config<Names extends VariableName = VariableName> = {
  [Name in Names]: NonNullable<ReturnType<(typeof VARIABLES)[Name]['read']>>;
};

/**
 * Reads the named variables; one that isn't set takes its default.
 * @throws SsoLinkError `config_invalid`, with a line for each wrong or missing one.
 */
export function readConfig<Names extends VariableName>(env: Env, needed: readonly Names[]): Config<Names> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of needed) {
    const { fallback, read, wants } = VARIABLES[name] as Variable<unknown>;
    const given = env[name]?.trim() || fallback;
    const value = given === undefined ? undefined : read(given);
    if (value === undefined) {
      problems.push(`${name} is ${given === undefined ? 'not set' : 'wrong'}: it wants ${wants}`);
    }
    values[name] = value;
  }
  if (problems.length > 0) throw new SsoLinkError('config_invalid', problems.join('\n'));
  return values as Config<Names>;
}
