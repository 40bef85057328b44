import type { Command } from 'commander';
import { audit } from '../audit.ts';
import { createSealer } from '../seal.ts';
import { RETIRED_KEY_HOURS, rotateSigningKeys } from '../sessions/signing-keys.ts';
import { addSubcommand } from './command.ts';
import { actor, configFor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone, printTable } from './output.ts';
import { resealAll } from './reseal.ts';

const ROTATE_HELP = `
The new key signs at once. Those before it stay published for ${RETIRED_KEY_HOURS} hours, and are deleted by the next rotation
after that.`;

const RESEAL_HELP = `
To rotate SECRET_KEYS (the first encrypts, all decrypt): give all servers \`old,new\`; when each has it, \`new,old\`;
when each has that, run this with the same value. Cookies of sign-ins in progress are encrypted too: wait for
LOGIN_ATTEMPT_TTL, then remove the old key.
Exit code 2 if a value could not be decrypted by any of the keys.`;

export function keysCommands(program: Command, io: Io): void {
  const keys = program.command('keys').description('signing keys, and the keys that encrypt secrets');

  addSubcommand(keys, 'rotate', 'create a new key that signs the tokens of /session')
    .addHelpText('after', ROTATE_HELP)
    .action((options: OutputOptions) =>
      withDatabase(io, async (database) => {
        const sealer = createSealer(configFor(io, 'SECRET_KEYS').SECRET_KEYS);
        const done = await database.transaction(async (tx) => {
          const rotated = await rotateSigningKeys(tx, sealer);
          const { kid, retired, deleted } = rotated;
          await audit(tx, {
            actor: actor(io),
            action: 'keys.rotate',
            target: kid,
            details: { retired, deleted },
          });
          return rotated;
        });
        const sentence = `signing key ${done.kid} is current; ${done.retired.length} retired, ${done.deleted.length} deleted`;
        printDone(io, options, sentence, done);
      }),
    );

  addSubcommand(keys, 'reseal', 'encrypt all secrets again with the first of SECRET_KEYS')
    .addHelpText('after', RESEAL_HELP)
    .action((options: OutputOptions) =>
      withDatabase(io, async (database) => {
        const sealer = createSealer(configFor(io, 'SECRET_KEYS').SECRET_KEYS);
        const counts = await resealAll(database, sealer);
        await database.transaction((tx) =>
          audit(tx, { actor: actor(io), action: 'keys.reseal', target: 'SECRET_KEYS', details: { counts } }),
        );
        printTable(
          io,
          options,
          counts.map((row) => ({ ...row })),
          'there is no encrypted value',
        );
        if (counts.some((row) => row.unreadable > 0)) io.exitCode = 2;
      }),
    );
}
