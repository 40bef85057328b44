import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, inTurn, ratio } from '../harness.ts';
import { importLine } from './lines.ts';

const LINES = 200_000;
const LIMIT = fileURLToPath(new URL('limit.mjs', import.meta.url));

export const bench: Bench = {
  name: 'import',
  about: 'accounts import of 200 000 new lines against a bare COPY of the same lines and one merge',
  async run({ parts, rounds, scale, report, log }) {
    const count = scale(LINES);
    const cli = await parts.built();
    const folder = await mkdtemp(join(tmpdir(), 'sso-link-bench-import-'));
    const file = join(folder, 'accounts.ndjson');
    const rate = async (args: string[]) => {
      const { url, drop } = await parts.database();
      try {
        const started = performance.now();
        const env = { ...process.env, DATABASE_URL: url, NODE_ENV: 'production' };
        const [code] = await once(
          spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] }),
          'exit',
        );
        if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
        return count / ((performance.now() - started) / 1000);
      } finally {
        await drop();
      }
    };
    try {
      await writeLines(file, count);
      const measured = await inTurn(
        rounds,
        () => rate([cli, 'accounts', 'import', file]),
        () => rate([LIMIT, file]),
        log,
      );
      report(ratio(measured, { metric: 'ratio', unit: 'lines/s', goal: { atLeast: 0.4 } }));
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function writeLines(file: string, count: number): Promise<void> {
  const handle = await open(file, 'w');
  for (let from = 0; from < count; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, count - from) }, (_, i) => importLine(from + i));
    await handle.write(lines.join(''));
  }
  await handle.close();
}
