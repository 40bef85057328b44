/**
 * `npm run check`: keeps words that a reader would not search for out of docs, chart, help texts, errors, logs and
 * comments.
 * `tsx scripts/words.ts --report FILE…` prints words per sentence and hits per file.
 */
import { readdir, readFile } from 'node:fs/promises';
import { DROPPED } from './dropped-words.ts';

const ROOT = new URL('../', import.meta.url);
const PROSE = /^(README|SECURITY)\.md$|^docs\/.*\.md$|^helm\/.*\.(yaml|tpl|txt|gotmpl)$|^compose\.yaml$/;
const CODE = /^src\/.*\.tsx?$/;
const COMMENTED = /^(src|dev|test|bench|scripts|client|examples)\/.*\.(tsx?|mjs)$/;
const FOLDERS = ['docs', 'helm', 'src', 'dev', 'test', 'bench', 'scripts', 'examples'];
/** Records of what was decided and measured keep their words; generated pages follow their sources. */
const LEFT_OUT = /^docs\/decisions\.md$|^helm\/README\.md$/;

interface Line {
  file: string;
  number: number;
  text: string;
}

const files = (await Promise.all(FOLDERS.map(filesIn)))
  .flat()
  .filter((file) => !file.includes('node_modules'));

async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(new URL(folder, ROOT), { recursive: true });
  return found.map((file) => `${folder}/${file}`);
}

async function linesOf(pattern: RegExp, read: (text: string) => [number, string][]): Promise<Line[]> {
  const all = [...files, 'README.md', 'SECURITY.md', 'compose.yaml'];
  const chosen = all.filter((file) => pattern.test(file) && !LEFT_OUT.test(file)).sort();
  const lists = chosen.map(async (file) => {
    const text = await readFile(new URL(file, ROOT), 'utf8');
    return read(text).map(([number, line]) => ({ file, number, text: line }));
  });
  return (await Promise.all(lists)).flat();
}

/** Lines outside of code blocks, without inline code. */
function prose(text: string): [number, string][] {
  let inCode = false;
  return text.split('\n').flatMap((line, i): [number, string][] => {
    if (line.trimStart().startsWith('```')) inCode = !inCode;
    return inCode ? [] : [[i + 1, line.replace(/`[^`]*`/g, '').replace(/\]\([^)]*\)/g, ']')]];
  });
}

/** String literals and template texts: what the program says. Not its comments, SQL or identifiers. */
function strings(text: string): [number, string][] {
  return text.split('\n').flatMap((line, i): [number, string][] => {
    if (/^\s*(\*|\/\/|\/\*|import )/.test(line)) return [];
    const found = [...line.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`?/g)];
    return found.map((m): [number, string] => [i + 1, m[1] ?? m[2] ?? m[3] ?? '']);
  });
}

function comments(text: string): [number, string][] {
  return text.split('\n').flatMap((line, i): [number, string][] => {
    const [, comment] = /^\s*(?:\/\*\*?|\*|\/\/)\s?(.*)$/.exec(line) ?? [];
    return comment ? [[i + 1, comment.replace(/`[^`]*`/g, '')]] : [];
  });
}

function hits(lines: Line[]): string[] {
  return lines.flatMap(({ file, number, text }) =>
    DROPPED.flatMap(([pattern, standard]) => {
      const found = pattern.exec(text);
      return found ? [`${file}:${number}: "${found[0]}" → ${standard}`] : [];
    }),
  );
}

async function report(files: string[]): Promise<void> {
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    const lines = prose(text).map(([number, line]) => ({ file, number, text: line }));
    const plain = lines.map((line) => line.text).join('\n');
    const sentences = plain.split(/[.!?:](?:\s|$)|\n\n|\|/).filter((s) => /\w+ \w+/.test(s));
    const words = sentences.reduce((sum, s) => sum + (s.match(/[\w'’-]+/g)?.length ?? 0), 0);
    const longest = Math.max(...sentences.map((s) => s.match(/[\w'’-]+/g)?.length ?? 0));
    console.log(
      `${file}: ${(words / sentences.length).toFixed(1)} words per sentence, longest ${longest}, ${hits(lines).length} dropped words`,
    );
  }
}

if (process.argv[2] === '--report') await report(process.argv.slice(3));
else {
  const found = hits([
    ...(await linesOf(PROSE, prose)),
    ...(await linesOf(CODE, strings)),
    ...(await linesOf(COMMENTED, comments)),
  ]);
  for (const hit of found) console.error(hit);
  if (found.length > 0) process.exit(1);
}
