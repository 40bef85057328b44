/**
 * The end of `npm run test:mutation`: every mutant that no test noticed has to stand in
 * docs/security-mutation.md, and each entry there must be a survivor. Exits with 1 otherwise.
 */
import { readFile } from 'node:fs/promises';

interface Place {
  line: number;
  column: number;
}
interface Mutant {
  status: string;
  replacement?: string;
  location: { start: Place; end: Place };
}

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), 'utf8');
const inOneLine = (text: string) => text.replace(/\s+/g, ' ');

const report = JSON.parse(await read('reports/mutation/mutation.json')) as {
  files: Record<string, { source: string; mutants: Mutant[] }>;
};
const having = (statuses: string[]) =>
  Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => statuses.includes(status))
      .map(({ location, replacement = '' }) => {
        const lines = source.split('\n').slice(location.start.line - 1, location.end.line);
        lines.push((lines.pop() ?? '').slice(0, location.end.column - 1));
        lines[0] = (lines[0] ?? '').slice(location.start.column - 1);
        return `${file}: ${inOneLine(lines.join('\n'))} → ${inOneLine(replacement)}`;
      }),
  );
const survivors = having(['Survived', 'NoCoverage']);
/** On a busy machine a change that does the same may take too long, and says nothing. */
const undecided = having(['Timeout']);
const rows = (await read('docs/security-mutation.md')).matchAll(
  /^\| `([^`]+)` \| `(.+?)` → `(.+?)` \| .+ \|$/gm,
);
const explained = new Set([...rows].map(([, file, was, became]) => `${file}: ${was} → ${became}`));

for (const survivor of survivors) if (!explained.has(survivor)) console.log(`not explained  ${survivor}`);
const noticed = [...explained].filter((row) => !survivors.includes(row) && !undecided.includes(row));
for (const row of noticed) console.log(`not a survivor ${row}`);
const settled = survivors.every((survivor) => explained.has(survivor)) && noticed.length === 0;
console.log(`${survivors.length} survivors, ${undecided.length} took too long, ${explained.size} explained`);
process.exit(settled ? 0 : 1);
