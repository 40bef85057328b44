import { type Command, InvalidArgumentError, Option } from 'commander';
import { linkHistory, listLinks } from '../linking/link-changes.ts';
import { approveLink, linkByHand, removeLink } from '../linking/manual-links.ts';
import { redoLinks } from '../linking/redo-links.ts';
import { previewUndo, type UndoneLinks, undoLinks } from '../linking/undo-links.ts';
import { addSubcommand, positiveInteger, uuid } from './command.ts';
import { actor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone, printTable, snakeCase, withDates } from './output.ts';
import { runChange } from './run-change.ts';

const LINK_HELP = `
The user must be active, of this company or of none, and without another SSO identity of this company. An open
removal ends with it. Other services get user.linked; the person's next login says already_linked.`;

const REMOVE_HELP = `
The user stays in the company until an import says otherwise: while linked, an import could not move them. An
import line that names no company clears it.`;

const UNDO_HELP = `
For a client that was misused: disable it first. Each link that one of its sign-ins made in that time, and that nothing has
changed since, is removed as by \`links remove\`: sessions end, no sign-in links the person again until \`links approve\`,
other services get user.link_removed with cause undo and the batch. Users whom the sign-ins created are suspended; users whom
the link had put into the company are of no company again. Where it is interrupted, run it again: it continues its batch.`;

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

  addSubcommand(links, 'undo', 'undo the links that the sign-ins of a misused SSO client made')
    .argument('<slug>', 'the company')
    .requiredOption('--client <id>', 'the SSO client; it must not be active', uuid)
    .requiredOption('--since <time>', 'links made at this time or later, RFC 3339', time)
    .option('--until <time>', 'links made before this time; default: now', time)
    .option('--reason <text>', 'for the audit log')
    .option('--dry-run', 'count, and change nothing')
    .addHelpText('after', UNDO_HELP)
    .action((slug: string, options: UndoOptions) => runUndo(io, slug, options));

  addSubcommand(links, 'redo', 'reverse an undo, where nothing was changed since')
    .argument('<batch>', 'as `links undo` prints it', uuid)
    .action((undo: string, options: OutputOptions) =>
      withDatabase(io, async (database) => {
        const done = await redoLinks(database, actor(io), undo);
        const { batch, links: made, resumed, left } = done;
        const sentence = `${made} links made again, ${resumed} users active again, ${left} left as they are (batch ${batch})`;
        printDone(io, options, sentence, { ...done });
      }),
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

interface UndoOptions extends OutputOptions {
  client: string;
  since: Date;
  until?: Date;
  reason?: string;
  dryRun?: boolean;
}

function runUndo(io: Io, slug: string, options: UndoOptions): Promise<void> {
  const { client: clientId, since, until, reason, dryRun = false } = options;
  const request = { slug, clientId, since, ...(until && { until }), ...(reason !== undefined && { reason }) };
  const inWords = ({ links, suspended, companies, sessions }: UndoneLinks) =>
    `${links} links, ${suspended} created users to suspend, ${companies} users of no company again, ${sessions} sessions`;
  return withDatabase(io, async (database) => {
    if (dryRun) {
      const found = await previewUndo(database, request);
      const sentence = `an undo would take: ${inWords(found)}; ${found.changedSince} links were changed since and stay`;
      return printDone(io, options, sentence, { ...snakeCase({ ...found }), dry_run: true });
    }
    const done = await undoLinks(database, actor(io), request);
    printDone(io, options, `undone: ${inWords(done)}; \`links redo ${done.batch}\` reverses it`, { ...done });
  });
}

function time(text: string): Date {
  const at = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/i.test(text) ? new Date(text) : undefined;
  if (!at || Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError('Expected a time like 2026-11-27T08:30:00Z.');
  }
  return at;
}

interface ListOptions extends OutputOptions {
  state?: string;
  limit: number;
  all?: boolean;
}
