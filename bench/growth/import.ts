import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { BenchContext } from '../harness.ts';
import { importLine } from '../import/lines.ts';
import { reportGrowth, type Size } from './report.ts';

/** Shares of the file: the first after a warm-up against the last. */
const SHARES = 10;
const BATCH = 2_000;

/** `sso-link accounts import` of so many lines in one go: its pace at the end against its pace at the start. */
export async function growImport(context: BenchContext, lines: number): Promise<void> {
  const { parts, log } = context;
  const cli = await parts.built();
  const { url, drop } = await parts.database();
  try {
    const child = spawn(process.execPath, [cli, 'accounts', 'import', '-'], {
      env: { ...process.env, DATABASE_URL: url, NODE_ENV: 'production' },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const ended = once(child, 'exit');
    const share = Math.ceil(lines / SHARES);
    const marks: { at: number; memory: number }[] = [];
    for (let from = 0; from < lines; from += BATCH) {
      if (from % share < BATCH) marks.push({ at: performance.now(), memory: memoryOf(child.pid) });
      const text = Array.from({ length: Math.min(BATCH, lines - from) }, (_, i) => importLine(from + i)).join(
        '',
      );
      // A pipe holds little: what it takes is what was written.
      if (!child.stdin.write(text)) await once(child.stdin, 'drain');
    }
    marks.push({ at: performance.now(), memory: memoryOf(child.pid) });
    child.stdin.end();
    const [code] = await ended;
    if (code !== 0) throw new Error(`the import ended with ${code}`);

    const sizes: Size[] = marks.slice(1, -1).map((mark, i) => {
      const until = marks[i + 2] ?? mark;
      return {
        size: share * (i + 2),
        rates: [share / ((until.at - mark.at) / 1000)],
        memory: [until.memory],
      };
    });
    log(sizes.map(({ size, rates }) => `${size}: ${Math.round(rates[0] ?? 0)} lines/s`).join(', '));
    reportGrowth(context, 'accounts import by lines', 'lines/s', sizes);
  } finally {
    await drop();
  }
}

function memoryOf(pid: number | undefined): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
