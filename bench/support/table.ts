import { type Line, short } from '../harness.ts';

const HEAD = ['bench', 'metric', 'value', 'min – max', 'goal', '', 'ours', 'limit', 'unit'];

/** The figures for people. */
export function table(lines: Line[]): string {
  const rows = lines.map((line) => [
    line.bench,
    line.metric,
    short(line.value),
    line.min === undefined || line.max === undefined ? '' : `${short(line.min)} – ${short(line.max)}`,
    line.goal ?? '',
    line.met === undefined ? '' : line.met ? 'met' : 'NOT MET',
    line.ours === undefined ? '' : short(line.ours),
    line.limit === undefined ? '' : short(line.limit),
    line.unit,
  ]);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...rows.map((row) => (row[i] ?? '').length)));
  return [HEAD, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
