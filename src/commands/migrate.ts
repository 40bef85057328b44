import type { Command } from 'commander';
import { audit } from '../audit.ts';
import { migrate } from '../db/migrate.ts';
import { DATABASE_CONFIG, directSource } from '../db/source.ts';
import { createSealer } from '../seal.ts';
import { ensureSigningKey } from '../sessions/signing-keys.ts';
import { addSubcommand } from './command.ts';
import { actor, configFor, type Io, withDatabase } from './io.ts';
import { type OutputOptions, printDone } from './output.ts';

export function migrateCommand(program: Command, io: Io): void {
  addSubcommand(program, 'migrate', 'bring the database to this version, and make the first signing key')
    .addHelpText('after', '\nMay run as often, and as many times at once, as you like.')
    .action(async (options: OutputOptions) => {
      const config = configFor(io, ...DATABASE_CONFIG, 'DATABASE_DIRECT_URL', 'SECRET_KEYS');
      await migrate(directSource(config));
      await withDatabase(io, async (database) => {
        const kid = await database.transaction(async (tx) => {
          const made = await ensureSigningKey(tx, createSealer(config.SECRET_KEYS));
          if (made) await audit(tx, { actor: actor(io), action: 'keys.create', target: made });
          return made;
        });
        const sentence = `the database is at this version${kid ? `; signing key ${kid} was made` : ''}`;
        printDone(io, options, sentence, { migrated: true, signing_key_made: kid });
      });
    });
}
