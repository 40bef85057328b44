import type { Command } from 'commander';
import { deleteUser, setUserStatus } from '../accounts/users.ts';
import { addSubcommand } from './command.ts';
import type { Io } from './io.ts';
import type { OutputOptions } from './output.ts';
import { runChange } from './run-change.ts';

const DELETE_HELP = `
Erases name and emails, the social accounts, the email and name at the SSO identities, and the sessions. The
user's id stays, as deleted: who comes back by SSO is refused, and no import brings the user back. There is no
way to undo it. The audit log says who did it.`;

export function usersCommands(program: Command, io: Io): void {
  const users = program.command('users').description("single users of the product's mirror");

  for (const [verb, status, about] of [
    ['suspend', 'suspended', 'refuse a user’s sign-in and sessions until resumed'],
    ['resume', 'active', 'end a suspension'],
  ] as const) {
    addSubcommand(users, verb, about)
      .argument('<user-id>', "the product's id")
      .action((id: string, options: OutputOptions) =>
        runChange(
          io,
          options,
          (tx, actor) => setUserStatus(tx, actor, id, status),
          ({ changed }) => [
            `user '${id}' ${changed ? 'is' : 'was already'} ${status}`,
            { user_id: id, status, changed },
          ],
        ),
      );
  }

  addSubcommand(users, 'delete', 'erase a user for good')
    .argument('<user-id>', "the product's id")
    .addHelpText('after', DELETE_HELP)
    .action((id: string, options: OutputOptions) =>
      runChange(
        io,
        options,
        (tx, actor) => deleteUser(tx, actor, id),
        ({ changed }) => [
          `user '${id}' ${changed ? 'is' : 'was already'} deleted`,
          { user_id: id, status: 'deleted', changed },
        ],
      ),
    );
}
