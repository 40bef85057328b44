import type { Command } from 'commander';
import { listAudit } from '../audit.ts';
import { companyBySlug } from '../companies/companies.ts';
import { auditExportCommand } from './audit-export.ts';
import { addSubcommand, positiveInteger } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, withDates } from './output.ts';

export function auditCommands(program: Command, io: Io): void {
  const log = program.command('audit').description('what operators did');

  auditExportCommand(log, io);

  addSubcommand(log, 'list', 'list the audit log, the newest first')
    .option('--company <slug>', 'of one company')
    .option('--limit <n>', 'so many at most', positiveInteger, 50)
    .action((options: OutputOptions & { company?: string; limit: number }) =>
      withDatabase(io, async (database) => {
        const { company: slug, limit } = options;
        const companyId = slug === undefined ? null : (await companyBySlug(database, slug)).id;
        const rows = await listAudit(database, { companyId, limit });
        printTable(
          io,
          options,
          rows.map((row) => withDates({ ...row })),
          'nothing was done yet',
        );
      }),
    );
}
