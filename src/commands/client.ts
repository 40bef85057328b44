import { type Command, Option } from 'commander';
import { createCheckedClient, updateCheckedClient } from '../companies/checked-clients.ts';
import type { AuthMethod } from '../companies/find-issuer.ts';
import { listSsoClients, type SsoClientView } from '../companies/sso-client-rows.ts';
import { activateSsoClient, disableSsoClient } from '../companies/sso-clients.ts';
import { createTestLink } from '../companies/test-link.ts';
import { SsoLinkError } from '../errors.ts';
import { createSealer } from '../seal.ts';
import { postLogoutRedirectUri } from '../sessions/end-session-url.ts';
import { clientSecretCommands } from './client-secrets.ts';
import { addSubcommand } from './command.ts';
import { actor, configFor, type Io, readSecret, withDatabase } from './io.ts';
import { type OutputOptions, printDone, printTable, type Row, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';
import { ssoClientOption } from './sso-client-option.ts';

interface ClientOptions extends OutputOptions {
  clientId?: string;
  region?: string;
  authMethod?: AuthMethod;
  check: boolean;
  logoutAtProvider?: boolean;
  clientSecretStdin?: boolean;
  ssoClient?: string;
  allowNoDomain?: boolean;
}

const CREATE_HELP = `
The secret is read from standard input, one trailing newline trimmed:
  sso-link client create acme --client-id 0af…  < secret.txt

Before it is saved, the listed issuers are asked whose client this is (the customer's page names no region);
--region asks that one alone. The new client is a draft until \`client activate\`.`;

const UPDATE_HELP = `
Changes the company's draft if there is one, else the active client, else the one disabled last; --sso-client
names another. Sign-ins that are under way at that moment are refused and begin again. A new secret replaces all that
the client has: \`client secret add\` replaces one without an interruption.`;

const TEST_HELP = `
Tests the company's draft if there is one, else the active client; --sso-client names another. Whoever opens
the link signs in at JumpCloud and reads what came of it: email, domain, refresh token, groups, and what would
happen at a real sign-in; with --logout-at-provider they can try the sign-out as well. Nobody is signed in or linked; recorded is only whether the test passed. The link is good for an hour, for
everybody who has it, until the client is changed.`;

const ACTIVATE_HELP = `
Activates the company's draft if there is one, and disables the client that was active; without a draft, and
where none is active, the one disabled last. --sso-client names another. JumpCloud isn't asked.

A company without a proven domain is refused, since nobody could be linked by email or given an account; --allow-no-domain
is for one whose people are all linked by hand.`;

const DISABLE_HELP = `
Disables the active client; --sso-client names another (a draft, say). Its people's sessions end; the links
stay, and hold for the next client of the company at the same issuer.`;

export function clientCommands(program: Command, io: Io): void {
  const client = program.command('client').description("companies' JumpCloud applications (SSO clients)");

  settings(addSubcommand(client, 'create', 'make an SSO client, as a draft'))
    .addHelpText('after', CREATE_HELP)
    .action((slug: string, options: ClientOptions) => create(io, slug, options));

  settings(addSubcommand(client, 'update', 'change an SSO client'))
    .option('--client-secret-stdin', 'read a new secret from standard input, one trailing newline trimmed')
    .option('--no-logout-at-provider', 'sign out here alone')
    .addOption(ssoClientOption())
    .addHelpText('after', UPDATE_HELP)
    .action((slug: string, options: ClientOptions) => update(io, slug, options));

  addSubcommand(client, 'list', 'list the SSO clients of a company, or all')
    .argument('[slug]')
    .action((slug: string | undefined, options: OutputOptions) =>
      withDatabase(io, async (database) => {
        const clients = await listSsoClients(database, slug);
        printTable(io, options, clients.map(options.json ? snakeCase : columns), 'no SSO client yet');
      }),
    );

  clientSecretCommands(client, io);

  addSubcommand(client, 'test', 'make a link by which one person tests an SSO client')
    .argument('<slug>')
    .addOption(ssoClientOption())
    .addHelpText('after', TEST_HELP)
    .action((slug: string, options: ClientOptions) => test(io, slug, options));

  addSubcommand(client, 'activate', "let a company's people sign in by its SSO client")
    .argument('<slug>')
    .addOption(ssoClientOption())
    .option('--allow-no-domain', 'although the company has no proven domain')
    .addHelpText('after', ACTIVATE_HELP)
    .action((slug: string, options: ClientOptions) =>
      runChange(
        io,
        options,
        (tx, actor) =>
          activateSsoClient(tx, actor, slug, {
            ...(options.ssoClient && { id: options.ssoClient }),
            ...(options.allowNoDomain && { allowNoDomain: true }),
          }),
        ({ client, changed, replaced }) => [
          `${named(client)} ${changed ? 'is' : 'was already'} active${replaced ? `; ${replaced} is disabled` : ''}`,
          { ...snakeCase(client), replaced, changed },
        ],
      ),
    );

  addSubcommand(client, 'disable', "end the sign-in by a company's SSO client")
    .argument('<slug>')
    .addOption(ssoClientOption())
    .addHelpText('after', DISABLE_HELP)
    .action((slug: string, options: ClientOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => disableSsoClient(tx, actor, slug, options.ssoClient),
        ({ client, changed }) => [
          `${named(client)} ${changed ? 'is' : 'was already'} disabled`,
          { ...snakeCase(client), changed },
        ],
      ),
    );
}

async function create(io: Io, slug: string, options: ClientOptions): Promise<void> {
  const register = toRegister(io, options);
  const { clientId } = options;
  if (!clientId?.trim()) throw new SsoLinkError('client_id_missing', 'client create needs --client-id');
  const clientSecret = await readSecret(io);
  await withRegistry(io, async (registry) => {
    const input = { slug, clientId, clientSecret, ...settingsOf(options) };
    const created = await createCheckedClient(registry, actor(io), input);
    const next = `\`client activate ${slug}\` lets people sign in by it`;
    printDone(io, options, `${named(created)} created (${created.region}), a draft: ${next}`, {
      ...snakeCase(created),
      ...register,
    });
    tellToRegister(io, options, register);
  });
}

/** What a change of an SSO client needs, for the time of `work`. */
async function withRegistry(
  io: Io,
  work: (registry: Parameters<typeof createCheckedClient>[0]) => Promise<void>,
): Promise<void> {
  const { SECRET_KEYS, JUMPCLOUD_ISSUERS: issuers } = configFor(io, 'SECRET_KEYS', 'JUMPCLOUD_ISSUERS');
  await withDatabase(io, (database) => work({ database, sealer: createSealer(SECRET_KEYS), issuers }));
}

function settingsOf({ region, check, authMethod, logoutAtProvider }: ClientOptions) {
  return {
    check,
    ...(region !== undefined && { region }),
    ...(authMethod !== undefined && { authMethod }),
    ...(logoutAtProvider !== undefined && { logoutAtProvider }),
  };
}

async function test(io: Io, slug: string, options: ClientOptions): Promise<void> {
  const { SECRET_KEYS, PUBLIC_URL } = configFor(io, 'SECRET_KEYS', 'PUBLIC_URL');
  await withDatabase(io, async (database) => {
    const sealer = createSealer(SECRET_KEYS);
    const { client, url, expiresAt } = await createTestLink(database, sealer, {
      slug,
      id: options.ssoClient,
      publicUrl: PUBLIC_URL,
    });
    const { id, status } = client;
    if (!options.json) io.stdout.write(`tests ${named(client)} (${status}), good for an hour:\n`);
    printDone(io, options, url, { company: slug, sso_client_id: id, status, url, expires_at: expiresAt });
  });
}

async function update(io: Io, slug: string, options: ClientOptions): Promise<void> {
  const register = toRegister(io, options);
  const { clientId, ssoClient: id } = options;
  const clientSecret = options.clientSecretStdin ? await readSecret(io) : undefined;
  await withRegistry(io, async (registry) => {
    const updated = await updateCheckedClient(registry, actor(io), {
      ...{ slug, ...settingsOf(options) },
      ...(id !== undefined && { id }),
      ...(clientId !== undefined && { clientId }),
      ...(clientSecret !== undefined && { clientSecret }),
    });
    printDone(io, options, `${named(updated)} changed (${updated.status}, ${updated.region})`, {
      ...snakeCase(updated),
      ...register,
    });
    tellToRegister(io, options, register);
  });
}

/** What has to be registered at JumpCloud for the sign-out there. */
function toRegister(io: Io, { logoutAtProvider }: ClientOptions): { post_logout_redirect_uri?: string } {
  if (!logoutAtProvider) return {};
  return { post_logout_redirect_uri: postLogoutRedirectUri(configFor(io, 'PUBLIC_URL').PUBLIC_URL) };
}

function tellToRegister(io: Io, { json }: ClientOptions, register: ReturnType<typeof toRegister>): void {
  const { post_logout_redirect_uri: uri } = register;
  if (json || uri === undefined) return;
  io.stdout.write(`register in the application at JumpCloud, as post logout redirect URI: ${uri}\n`);
}

function settings(command: Command): Command {
  return command
    .argument('<slug>')
    .option('--client-id <id>', "the application's Client ID")
    .option('--region <region>', 'as named in JUMPCLOUD_ISSUERS: us, eu or in')
    .addOption(
      new Option(
        '--auth-method <method>',
        "the application's Client Authentication Type; default client_secret_post",
      ).choices(['client_secret_post', 'client_secret_basic']),
    )
    .option('--no-check', 'save without asking JumpCloud')
    .option('--logout-at-provider', 'sign out at JumpCloud, too; tells the redirect URI to register there');
}

function named(client: SsoClientView): string {
  return `SSO client ${client.id} of company '${client.company}'`;
}

function columns(client: SsoClientView): Row {
  const { company, id, region, clientId, authMethod, status, version, updatedAt } = client;
  return {
    company,
    id,
    region,
    client_id: clientId,
    auth_method: authMethod,
    status,
    version,
    updated: updatedAt,
  };
}
