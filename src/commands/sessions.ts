import type { Command } from 'commander';
import { companyBySlug } from '../companies/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { listSessions, revokeCompanySessions, revokeSessions, type SessionsOf } from '../sessions/revoke.ts';
import { addSubcommand, positiveInteger, uuid } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, snakeCase } from './output.ts';
import { runChange } from './run-change.ts';

const REVOKE_HELP = `
--company writes one row, whatever the number of sessions, and so does not count them.
The sessions end at once; links stay, and people can sign in again. To refuse a person, use \`users suspend\`. The
product learns it from \`user.sessions_revoked\`; a token that it holds is valid for a minute at most.`;

interface Whose extends OutputOptions {
  user?: string;
  identity?: string;
  company?: string;
  client?: string;
}

const whose = (command: Command) =>
  command
    .option('--user <user-id>', "the product's id of a user")
    .option('--identity <id>', 'an SSO identity', uuid)
    .option('--company <slug>', 'all people of this company')
    .option('--client <id>', 'who signed in by this SSO client', uuid);

export function sessionsCommands(program: Command, io: Io): void {
  const sessions = program.command('sessions').description('sessions of people who are signed in');

  whose(addSubcommand(sessions, 'list', 'list sessions, the newest first'))
    .argument('[user-id]', 'the same as --user')
    .option('--limit <n>', 'at most so many', positiveInteger)
    .action((userId: string | undefined, options: Whose & { limit?: number }) =>
      withDatabase(io, async (database) => {
        const { company, ...named } = { ...options, ...(userId !== undefined && { user: userId }) };
        const { of } = oneOf({ ...named, ...(company !== undefined && { company }) });
        const companyId = company === undefined ? null : (await companyBySlug(database, company)).id;
        const rows = await listSessions(database, { ...of, companyId }, options.limit);
        printTable(io, options, rows.map(snakeCase), 'no session');
      }),
    );

  whose(addSubcommand(sessions, 'revoke', 'end the sessions of a user, an identity, a company or a client'))
    .addHelpText('after', REVOKE_HELP)
    .action((options: Whose) => {
      const { of, target } = oneOf(options);
      const { company } = options;
      if (company === undefined) {
        return runChange(
          io,
          options,
          (tx, actor) => revokeSessions(tx, actor, { of, target }),
          ({ ended, changed }) => [`${ended} sessions ended`, { ended, changed }],
        );
      }
      return runChange(
        io,
        options,
        (tx, actor) => revokeCompanySessions(tx, actor, company),
        (done) => [
          `all sessions of company '${company}' that began before ${done.notBefore.toISOString()} are ended`,
          snakeCase(done),
        ],
      );
    });
}

/** @throws SsoLinkError `sessions_unnamed` */
function oneOf({ user, identity, company, client }: Whose): { of: SessionsOf; target: string } {
  const named = [user, identity, company, client].filter((one) => one !== undefined);
  const [target] = named;
  if (target === undefined || named.length > 1) {
    throw new SsoLinkError('sessions_unnamed', 'expected one of --user, --identity, --company and --client');
  }
  const of = { userId: user ?? null, identityId: identity ?? null, ssoClientId: client ?? null };
  return { of, target };
}
