import type { Command } from 'commander';
import type { ClientSecretView } from '../companies/client-secret-rows.ts';
import { addClientSecret, listClientSecrets, retireClientSecret } from '../companies/client-secrets.ts';
import type { CredentialAnswer } from '../companies/find-issuer.ts';
import { createSealer } from '../seal.ts';
import { addSubcommand, uuid } from './command.ts';
import { actor, configFor, type Io, readSecret, withDatabase } from './io.ts';
import { type OutputOptions, printDone, printTable, type Row, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';
import { ssoClientOption } from './sso-client-option.ts';

interface SecretOptions extends OutputOptions {
  ssoClient?: string;
  expires?: string;
  check: boolean;
  retired?: boolean;
}

const ADD_HELP = `
The secret is read from standard input, one trailing newline trimmed:
  sso-link client secret add acme --expires 2027-03-01  < secret.txt

An SSO client has two secrets at most. The one that worked last is used; when JumpCloud refuses it, the other one is
tried. So the order does not matter: add the new secret first, or regenerate it at JumpCloud first. Sign-ins under way
are not interrupted. The old secret is retired by itself once the new one has worked for 24 hours.

JumpCloud is asked whether the secret works, and it is added whatever the answer is. --expires is the day on which it
stops working: alerts warn 30 days, 7 days and 1 day before.`;

const RETIRE_HELP = `
The secret is deleted. Its row stays in \`client secret list --retired\`. The only secret of an SSO client cannot be retired.`;

const ANSWERS: Record<CredentialAnswer, string> = {
  works: 'JumpCloud accepts it, so it is used from now on',
  refused: 'JumpCloud refuses it so far; it is used as soon as JumpCloud accepts it',
  unclear: 'JumpCloud gave no clear answer; it is used as soon as JumpCloud accepts it',
};

export function clientSecretCommands(client: Command, io: Io): void {
  const secret = client.command('secret').description('the secrets of an SSO client: two at most');

  addSubcommand(secret, 'add', 'add a secret to an SSO client')
    .argument('<slug>')
    .addOption(ssoClientOption())
    .option('--expires <day>', 'the day on which it stops working, like 2027-03-01')
    .option('--no-check', 'do not ask JumpCloud')
    .addHelpText('after', ADD_HELP)
    .action((slug: string, options: SecretOptions) => add(io, slug, options));

  addSubcommand(secret, 'list', 'list the secrets of an SSO client, without what is secret')
    .argument('<slug>')
    .addOption(ssoClientOption())
    .option('--retired', 'include retired secrets')
    .action((slug: string, options: SecretOptions) =>
      withDatabase(io, async (database) => {
        const { ssoClient: id, retired = false } = options;
        const secrets = await listClientSecrets(database, { slug, retired, ...(id && { id }) });
        printTable(io, options, secrets.map(options.json ? snakeCase : columns), 'no client secret');
      }),
    );

  addSubcommand(secret, 'retire', 'delete a secret of an SSO client')
    .argument('<slug>')
    .argument('<id>', 'as `client secret list` shows it', uuid)
    .addHelpText('after', RETIRE_HELP)
    .action((slug: string, id: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => retireClientSecret(tx, actor, { slug, id }),
        ({ secret, changed }) => [
          `client secret ${id} ${changed ? 'is' : 'was already'} retired`,
          { ...snakeCase(secret), changed },
        ],
      ),
    );
}

async function add(io: Io, slug: string, { ssoClient: id, expires, check, ...options }: SecretOptions) {
  const sealer = createSealer(configFor(io, 'SECRET_KEYS').SECRET_KEYS);
  const secret = await readSecret(io);
  await withDatabase(io, async (database) => {
    const done = await addClientSecret({ database, sealer }, actor(io), {
      ...{ slug, secret, check },
      ...(id && { id }),
      ...(expires !== undefined && { expiresOn: expires }),
    });
    const { secret: added, answer, changed } = done;
    const what = `client secret ${added.id} of SSO client ${added.ssoClientId}`;
    const said = answer === null ? '' : `: ${ANSWERS[answer]}`;
    printDone(io, options, `${what} ${changed ? 'is' : 'was already'} stored${said}`, {
      ...snakeCase(added),
      answer,
      changed,
    });
  });
}

function columns(secret: ClientSecretView): Row {
  const { id, inUse, addedBy, addedAt, expiresOn, lastWorkedAt, lastRefusedAt, retiredAt } = secret;
  return {
    ...{ id, in_use: inUse, added_by: addedBy, added: addedAt, expires_on: expiresOn },
    ...{ last_worked: lastWorkedAt, last_refused: lastRefusedAt, retired: retiredAt },
  };
}
