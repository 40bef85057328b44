import { type Command, Option } from 'commander';
import { linkHistory, listLinks } from '../linking/link-changes.ts';
import { approveLink, linkByHand, removeLink } from '../linking/manual-links.ts';
import { addSubcommand, positiveInteger, uuid } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, withDates } from './output.ts';
import { runChange } from './run-change.ts';

const LINK_HELP = `
The user must be active, of this company or of none, and without another SSO identity of this company. An open
removal ends with it. Other services get user.linked; the person's next login says already_linked.`;

const REMOVE_HELP = `
The user stays in the company until an import says otherwise: while linked, an import could not move them. An
import line that names no company clears it.`;

export function linksCommands(program: Command, io: Io): void {
  addSubcommand(program, 'link', 'link an SSO identity to a user by hand')
    .argument('<slug>', 'the company')
    .argument('<identity>', "the SSO identity's id, as `results list` shows it", uuid)
    .argument('<user-id>', "the product's id")
    .addHelpText('after', LINK_HELP)
    .action((slug: string, identityId: string, userId: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => linkByHand(tx, actor, { slug, identityId, userId }),
        ({ changed }) => [
          `SSO identity ${identityId} ${changed ? 'is' : 'was already'} linked to user '${userId}'`,
          { sso_identity_id: identityId, user_id: userId, changed },
        ],
      ),
    );

  const links = program.command('links').description('links between SSO identities and users');

  addSubcommand(links, 'approve', 'let the next login of an identity, whose link was removed, link again')
    .argument('<identity>', "the SSO identity's id", uuid)
    .action((id: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => approveLink(tx, actor, id),
        ({ changed }) => [
          changed
            ? `the next login of SSO identity ${id} may link again`
            : `SSO identity ${id} has no removed link: there is nothing to approve`,
          { sso_identity_id: id, changed },
        ],
      ),
    );

  addSubcommand(links, 'remove', 'remove a link, end its sessions, and tell other services')
    .argument('<identity>', "the SSO identity's id", uuid)
    .addHelpText('after', REMOVE_HELP)
    .action((id: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => removeLink(tx, actor, id),
        ({ userId, sessionsEnded }) => [
          `SSO identity ${id} is no longer linked to user '${userId}' (${sessionsEnded} sessions ended); ` +
            '`links approve` lets it link again',
          { sso_identity_id: id, user_id: userId, sessions_ended: sessionsEnded },
        ],
      ),
    );

  addSubcommand(links, 'list', "list a company's SSO identities and the users that they are linked to")
    .argument('<slug>', 'the company')
    .addOption(new Option('--state <state>', 'of one state').choices(['linked', 'removed', 'unlinked']))
    .option('--limit <n>', 'so many at most', positiveInteger, 50)
    .addOption(new Option('--all', 'all there are').conflicts('limit'))
    .action((company: string, { all, limit, state, ...options }: ListOptions) =>
      withDatabase(io, async (database) => {
        let none = true;
        const filter = { company, ...(state && { state }), ...(!all && { limit }) };
        for await (const rows of listLinks(database, filter)) {
          none = false;
          printTable(io, options, rows.map(withDates), '');
        }
        if (none) printTable(io, options, [], 'no SSO identity');
      }),
    );

  addSubcommand(links, 'history', "list the changes of an SSO identity's link, the oldest first")
    .argument('<identity>', "the SSO identity's id", uuid)
    .action((id: string, options: OutputOptions) =>
      withDatabase(io, async (database) =>
        printTable(io, options, (await linkHistory(database, id)).map(withDates), 'no change is recorded'),
      ),
    );
}

interface ListOptions extends OutputOptions {
  state?: string;
  limit: number;
  all?: boolean;
}
