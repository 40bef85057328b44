import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startGuard } from '../../dev/guard.ts';
import { until } from '../support/until.ts';
import { alive } from './alive.ts';

const GUARDED = fileURLToPath(new URL('guarded.ts', import.meta.url));

for (const ending of ['SIGKILL', 'SIGINT', 'end'] as const) {
  t.test(`what is guarded goes with the process that started it: ${ending}`, async (t) => {
    const parent = spawn(process.execPath, ['--import=tsx', GUARDED, ending], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.teardown(() => parent.kill('SIGKILL'));
    const ended = once(parent, 'exit');
    const [line] = await once(createInterface(parent.stdout), 'line');
    const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
    if (ending !== 'end') {
      t.ok(alive(pid));
      t.ok(existsSync(folder));
      parent.kill(ending);
    }
    await ended;
    await until(() => !alive(pid) && !existsSync(folder));
    t.pass('neither process nor folder is left');
  });
}

t.test('released, it ends what is left and forgets what has ended', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'guarded-'));
  const guard = startGuard(folder, 'KILL');
  const [first, second] = [spawn('sleep', ['600']), spawn('sleep', ['600'])];
  guard.watch(first);
  guard.watch(second);
  const [firstEnd, secondEnd] = [once(first, 'exit'), once(second, 'exit')];
  first.kill('SIGTERM');
  t.same(await firstEnd, [null, 'SIGTERM']);
  await guard.release();
  t.same(await secondEnd, [null, 'SIGKILL']);
  t.notOk(existsSync(folder));
});
