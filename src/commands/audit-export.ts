import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { type AuditItem, pageOfAudit } from '../audit-pages.ts';
import { companyBySlug } from '../companies/companies.ts';
import { addSubcommand } from './command.ts';
import { csvLine } from './csv.ts';
import { type Io, withDatabase } from './io.ts';
import type { OutputOptions } from './output.ts';

const EXPORT_HELP = `
The oldest entry first, up to the newest that is committed. Each entry has a cursor. To go on later, give the last one as
--after: no entry is left out and none comes twice.
In CSV, a cell that begins with = + - or @ gets a leading apostrophe: spreadsheets do not run it as a formula.`;

const BATCH = 1_000;

interface ExportOptions extends OutputOptions {
  format: 'ndjson' | 'csv';
  company?: string;
  after?: string;
}

export function auditExportCommand(log: Command, io: Io): void {
  addSubcommand(log, 'export', 'export the audit log, the oldest entry first')
    .addOption(new Option('--format <format>', 'how').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--company <slug>', 'of one company')
    .option('--after <cursor>', 'only what comes after this entry')
    .addHelpText('after', EXPORT_HELP)
    .action((options: ExportOptions) => withDatabase(io, (database) => exportAudit(io, database, options)));
}

async function exportAudit(
  io: Io,
  database: Parameters<typeof pageOfAudit>[0] & Parameters<typeof companyBySlug>[0],
  { format, company, after }: ExportOptions,
): Promise<void> {
  const companyId = company === undefined ? null : (await companyBySlug(database, company)).id;
  const line = format === 'csv' ? csvOf : (entry: AuditItem) => `${JSON.stringify(entry)}\n`;
  if (format === 'csv') await write(io, csvLine(COLUMNS));
  for (let cursor = after ?? null; ; ) {
    const entries = await pageOfAudit(database, { companyId, after: cursor, count: BATCH });
    const last = entries.at(-1);
    if (last === undefined) return;
    await write(io, entries.map(line).join(''));
    cursor = last.cursor;
  }
}

const COLUMNS = ['cursor', 'at', 'actor', 'action', 'company', 'target', 'details'];

const csvOf = ({ cursor, at, actor, action, company, target, details }: AuditItem): string =>
  csvLine([cursor, at, actor, action, company ?? '', target, JSON.stringify(details)]);

async function write({ stdout }: Io, text: string): Promise<void> {
  if (!stdout.write(text)) await once(stdout, 'drain');
}
