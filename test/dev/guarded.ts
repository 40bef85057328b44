/** A process that starts a `sleep` under a guard, says where, and waits to be ended: for guard.test.ts. */
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGuard } from '../../dev/guard.ts';

const folder = await mkdtemp(join(tmpdir(), 'guarded-'));
const guard = startGuard(folder, 'KILL');
const sleep = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
guard.watch(sleep);
sleep.unref();
process.stdout.write(`${JSON.stringify({ pid: sleep.pid, folder })}\n`);
if (process.argv[2] !== 'end') setInterval(() => {}, 1000);
