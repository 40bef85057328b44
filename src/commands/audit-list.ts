import type { Command } from 'commander';
import { companyBySlug } from '../companies/companies.ts';
import { count, leaf } from './command.ts';
import { type Io, withDatabase } from './io.ts';
import { type OutputOptions, printTable, type Row, withDates } from './output.ts';

export function auditCommands(program: Command, io: Io): void {
  const log = program.command('audit').description('what operators did');

  leaf(log, 'list', 'list the audit log, the newest first')
    .option('--company <slug>', 'of one company')
    .option('--limit <n>', 'so many at most', count, 50)
    .action((options: OutputOptions & { company?: string; limit: number }) =>
      withDatabase(io, async (database) => {
        const company =
          options.company === undefined ? null : (await companyBySlug(database, options.company)).id;
        const rows = await database.sql<Row[]>`
          SELECT a.at, a.actor, a.action, c.slug AS company, a.target, a.details
          FROM audit_log a LEFT JOIN companies c ON c.id = a.company_id
          WHERE ${company}::uuid IS NULL OR a.company_id = ${company}::uuid
          ORDER BY a.id DESC LIMIT ${options.limit}`;
        printTable(io, options, rows.map(withDates), 'nothing was done yet');
      }),
    );
}
