/** What README's "Run it" does: a database, brokers, a provider, and then the commands alone. */
import { randomBytes } from 'node:crypto';
import { freePorts } from '../../dev/free-port.ts';
import { startJumpCloud } from '../../dev/jumpcloud.ts';
import { type KafkaOptions, startKafka } from '../../dev/kafka.ts';
import { createDatabase, startPostgres } from '../../dev/postgres.ts';
import { command, type Env } from '../../dev/roles.ts';
import { readTopic } from '../../dev/topics.ts';
import { stopAll } from '../../src/roles/run-role.ts';
import { noteSecret } from '../support/secret-leaks.ts';

const SECRET = 'a-secret-of-a-client';
const clientOf = (company: string) => `${company}-client`;

export interface Person {
  sub: string;
  email: string;
  /** Of the account that they signed in to with Google until now; none where they are new. */
  userId?: string;
  /** Whose application they sign in by. Default `acme`. */
  company?: string;
  /** What JumpCloud says of the email. Default true. */
  emailVerified?: boolean;
  /** The policy refuses them: the callback's 403 is their answer. */
  refused?: true;
}

export type Installation = Awaited<ReturnType<typeof install>>;

/**
 * Everything but the roles, with the company `acme`, the companies of `people`, and their people.
 * @param options.kafka starts the brokers in place of a single one
 * @param options.run runs a command; another build's, say
 */
export async function install(options: {
  people: Person[];
  ownKafka?: boolean;
  kafka?: KafkaOptions;
  env?: Env;
  run?: typeof command;
  /** Of a provider that runs already and knows everybody, in place of the stand-in's. */
  issuer?: string;
}) {
  const { people, ownKafka = false, run = command } = options;
  const stops: (() => Promise<unknown>)[] = [];
  const stop = () => stopAll(...stops);
  try {
    const postgres = await startPostgres();
    stops.unshift(postgres.stop);
    const database = await createDatabase(postgres.url);
    stops.unshift(database.drop);
    const cluster = await startKafka({ own: ownKafka, ...options.kafka });
    stops.unshift(cluster.stop);
    const jumpcloud = await startJumpCloud();
    stops.unshift(jumpcloud.stop);
    const [port = 0, appPort = 0] = await freePorts(2);
    const url = `http://localhost:${port}`;
    const appUrl = `http://localhost:${appPort}/`;
    const prefix = `real-${randomBytes(4).toString('hex')}.`;
    const env: Env = {
      DATABASE_URL: database.url,
      KAFKA_BROKERS: cluster.brokers.join(','),
      KAFKA_TOPIC_PREFIX: prefix,
      SECRET_KEYS: randomBytes(32).toString('base64'),
      PUBLIC_URL: url,
      APP_URL: appUrl,
      JUMPCLOUD_ISSUERS: `us=${options.issuer ?? jumpcloud.issuer}`,
      HOST: 'localhost',
      PORT: String(port),
      METRICS_PORT: '0',
      LOG_LEVEL: 'fatal',
      ...options.env,
    };
    noteSecret(env.SECRET_KEYS);
    noteSecret(SECRET);
    const companies = [...new Set(['acme', ...people.map(({ company = 'acme' }) => company)])];
    for (const company of companies) {
      const redirectUris = [`${url}/login/callback`];
      jumpcloud.addClient({ clientId: clientOf(company), clientSecret: SECRET, redirectUris });
    }
    for (const { sub, email, company = 'acme', emailVerified } of people) {
      jumpcloud.addPerson({
        ...{ sub, email, givenName: 'Ada', familyName: 'Byron', clients: [clientOf(company)] },
        ...(emailVerified !== undefined && { emailVerified }),
      });
    }
    await run(['migrate'], env);
    await run(['topics'], env);
    for (const company of companies) {
      await run(['company', 'create', company, '--name', company], env);
      await run(['domain', 'add', company, `${company}.test`, '--verified-by', 'operator'], env);
      await run(['client', 'create', company, '--client-id', clientOf(company)], env, `${SECRET}\n`);
    }
    await run(['accounts', 'import', '-'], env, people.map(accountLine).join(''));
    for (const company of companies) await run(['client', 'activate', company], env);
    const records = (topic: string) => readTopic(cluster.brokers, prefix + topic);
    return { env, url, appUrl, prefix, port, jumpcloud, cluster, records, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** So many people of `acme`, every second of them with an account. */
export function somePeople(count: number): Person[] {
  return Array.from({ length: count }, (_, n) => ({
    sub: n.toString(16).padStart(24, '0'),
    email: `person${n}@acme.test`,
    ...(n % 2 === 0 && { userId: `user-${n}` }),
  }));
}

function accountLine({ sub, email, userId }: Person): string {
  if (userId === undefined) return '';
  const account = {
    user_id: userId,
    name: 'Ada Byron',
    provider: 'google',
    provider_user_id: sub,
    email,
    email_verified: true,
  };
  return `${JSON.stringify(account)}\n`;
}
