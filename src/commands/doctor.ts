import type { Command } from 'commander';
import { readConfig, VARIABLES, type VariableName } from '../config.ts';
import { openDatabase } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import { createSealer } from '../seal.ts';
import { currentSigningKey } from '../sessions/signing-keys.ts';
import { addSubcommand } from './command.ts';
import {
  checkClients,
  checkDatabase,
  checkIssuer,
  checkMigrations,
  checkPooler,
  checkSealed,
  checkSignIn,
  checkSite,
} from './doctor-checks.ts';
import { checkClientSecrets } from './doctor-client-secrets.ts';
import { checkDomains } from './doctor-domains.ts';
import { lookAtKafka } from './doctor-kafka.ts';
import { checkMirror } from './doctor-mirror.ts';
import { askRole, type RoleFinding } from './doctor-roles.ts';
import type { Io } from './io.ts';
import { type OutputOptions, printable, printJson } from './output.ts';
import { messageOf } from './report-error.ts';

const HELP = `
One line per check: ok and what was found, or FAIL and what to do. The exit code is 1 when a check fails. It
requires the environment of the server. With KAFKA_BROKERS set it also checks the brokers and topics. Each role that
listens on this machine is asked whether it is ready.`;

/** In the order in which an installation is read: what people see first. */
const ROLES = ['server', 'relay', 'worker'] as const;

type Values = { [Name in VariableName]?: ReturnType<(typeof VARIABLES)[Name]['parse']> };

type Look = (check: string, run: () => Promise<string | RoleFinding> | string) => Promise<boolean>;
type Skip = (checks: string[], detail: string) => void;

interface Finding {
  check: string;
  status: 'ok' | 'fail' | 'skipped';
  detail: string;
}

export function doctorCommand(program: Command, io: Io): void {
  addSubcommand(program, 'doctor', 'look at everything that this service needs')
    .addHelpText('after', HELP)
    .action(async (options: OutputOptions) => {
      const tell = (finding: Finding) => {
        if (finding.status === 'fail') io.exitCode = 1;
        if (options.json) {
          printJson(io, finding);
          return;
        }
        const status = { ok: 'ok  ', fail: 'FAIL', skipped: '-   ' }[finding.status];
        io.stdout.write(`${status}  ${finding.check.padEnd(14)}  ${printable(finding.detail)}\n`);
      };
      await examine(io, tell);
    });
}

async function examine(io: Io, tell: (finding: Finding) => void): Promise<void> {
  const look: Look = async (check, run) => {
    try {
      const found = await run();
      tell({ check, ...(typeof found === 'string' ? { status: 'ok', detail: found } : found) });
      return true;
    } catch (error) {
      tell({ check, status: 'fail', detail: messageOf(error) });
      return false;
    }
  };
  const skip: Skip = (checks, detail) => {
    for (const check of checks) tell({ check, status: 'skipped', detail });
  };

  const { values, problems } = readAll(io);
  await look('configuration', () => {
    if (problems.length > 0) throw new SsoLinkError('config_invalid', problems.join('; '));
    return 'all variables are right';
  });
  const { DATABASE_URL, SECRET_KEYS, JUMPCLOUD_ISSUERS, PUBLIC_URL, APP_URL, RETURN_ORIGINS } = values;

  const ofDatabase = [
    'migrations',
    'signing key',
    'sealed values',
    'client secrets',
    'DNS records',
    'SSO clients',
  ];
  if (DATABASE_URL === undefined) skip(['database', 'pooler', ...ofDatabase], 'needs DATABASE_URL');
  else {
    const source = { DATABASE_URL, DATABASE_PASSWORD_FILE: values.DATABASE_PASSWORD_FILE ?? '' };
    const database = openDatabase(source, { name: 'doctor', max: 2 });
    try {
      const there = await look('database', () => checkDatabase(database));
      if (there) await look('pooler', () => checkPooler(source));
      if (!there) skip(['pooler', ...ofDatabase], 'needs the database');
      else if (!(await look('migrations', () => checkMigrations(database)))) {
        skip(ofDatabase.slice(1), 'needs the migrations');
      } else {
        await look('mirror', () => checkMirror(database));
        if (SECRET_KEYS === undefined) skip(['signing key', 'sealed values'], 'needs SECRET_KEYS');
        else {
          const sealer = createSealer(SECRET_KEYS);
          await look(
            'signing key',
            async () => `${(await currentSigningKey(database, sealer)).kid} is current`,
          );
          await look('sealed values', () => checkSealed(database, sealer));
        }
        await look('client secrets', () => checkClientSecrets(database));
        await look('DNS records', () => checkDomains(database));
        if (JUMPCLOUD_ISSUERS === undefined) skip(['SSO clients'], 'needs JUMPCLOUD_ISSUERS');
        else await look('SSO clients', () => checkClients(database, JUMPCLOUD_ISSUERS));
      }
    } finally {
      await database.close();
    }
  }

  await examineKafka(io, values, look, skip);
  for (const issuer of JUMPCLOUD_ISSUERS ?? [])
    await look(`issuer ${issuer.region}`, () => checkIssuer(issuer));
  if (PUBLIC_URL === undefined || APP_URL === undefined) skip(['domain'], 'needs PUBLIC_URL and APP_URL');
  else await look('domain', () => checkSite([PUBLIC_URL, APP_URL, ...(RETURN_ORIGINS ?? [])]));
  if (APP_URL !== undefined) {
    await look('sign-in', () => checkSignIn({ APP_URL, SOCIAL_LOGIN_URL: values.SOCIAL_LOGIN_URL ?? '' }));
  }
  if (values.PORT === undefined) skip([...ROLES], 'needs PORT');
  else for (const role of ROLES) await look(role, () => askRole(io.env, role));
}

async function examineKafka(io: Io, values: Values, look: Look, skip: Skip): Promise<void> {
  if (!io.env.KAFKA_BROKERS?.trim()) {
    return skip(['brokers', 'topics'], 'KAFKA_BROKERS is not set: relay and worker need it');
  }
  const { KAFKA_CONFIG } = await import('../kafka/client.ts');
  const wrong = KAFKA_CONFIG.filter((name) => values[name] === undefined);
  if (wrong.length > 0) return skip(['brokers', 'topics'], `needs ${wrong.join(', ')}`);
  let kafka: Awaited<ReturnType<typeof lookAtKafka>> | undefined;
  await look('brokers', async () => {
    kafka = await lookAtKafka(values as Parameters<typeof lookAtKafka>[0]);
    return kafka.brokers;
  });
  const answered = kafka;
  if (answered) await look('topics', () => answered.checkTopics());
  else skip(['topics'], 'needs the brokers');
}

/** What the server reads, and each variable that is set: the others are no matter. */
function readAll(io: Io): { values: Values; problems: string[] } {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of Object.keys(VARIABLES) as VariableName[]) {
    if (name === 'KAFKA_BROKERS' && !io.env[name]?.trim()) continue;
    try {
      Object.assign(values, readConfig(io.env, [name]));
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  return { values: values as Values, problems };
}
