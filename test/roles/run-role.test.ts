import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { SOURCES } from '../../dev/roles.ts';

const STOPPED = fileURLToPath(new URL('stopped.ts', import.meta.url));

/** Sends a signal each time a line of its log says that word, and tells its exit code and what it said. */
async function run(t: Test, how: string, signals: [word: string, signal: NodeJS.Signals][]) {
  const child = spawn(process.execPath, ['--import=tsx', STOPPED, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const said: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    const { msg } = JSON.parse(line) as { msg: string };
    said.push(msg);
    for (const [word, signal] of signals) if (word === msg) child.kill(signal);
  });
  const [code] = await once(child, 'close');
  return { code, said };
}

t.test('a role that is told to stop while it starts is stopped once it has started', async (t) => {
  t.same(await run(t, 'starts-late', [['starting', 'SIGTERM']]), {
    code: 0,
    said: ['starting', 'stopping', 'started', 'stopped'],
  });
});

t.test('a start that hangs has a deadline from the signal on', async (t) => {
  t.same(await run(t, 'never-starts', [['starting', 'SIGTERM']]), {
    code: 1,
    said: ['starting', 'stopping', 'not stopped in time'],
  });
});

for (const how of ['never-starts', 'never-stops']) {
  t.test(`a second signal ends it at once: ${how}`, async (t) => {
    const first = how === 'never-starts' ? 'starting' : 'started';
    const { code, said } = await run(t, how, [
      [first, 'SIGTERM'],
      ['stopping', 'SIGINT'],
    ]);
    t.equal(code, 130);
    t.equal(said.at(-1), 'stopping');
  });
}

t.test('a stop that hangs ends with 1, and so does a failure', async (t) => {
  t.match(await run(t, 'never-stops', [['started', 'SIGTERM']]), { code: 1 });
  t.same(await run(t, 'fails', []), {
    code: 1,
    said: ['starting', 'started', 'role failed', 'stopping', 'stopped'],
  });
});

for (const command of [['migrate'], ['doctor'], ['prune', '--older-than', '1d']]) {
  t.test(`SIGTERM ends a command that waits: ${command[0]}`, async (t) => {
    // A database that says nothing.
    const silence = createServer();
    silence.listen(0, '127.0.0.1');
    await once(silence, 'listening');
    const { port } = silence.address() as AddressInfo;
    const child = spawn(process.execPath, [...SOURCES, ...command], {
      env: {
        ...process.env,
        DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none`,
        SECRET_KEYS: Buffer.alloc(32).toString('base64'),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [socket] = await once(silence, 'connection');
    t.teardown(() => {
      socket.destroy();
      silence.close();
      child.kill('SIGKILL');
    });
    child.kill('SIGTERM');
    t.same(await once(child, 'exit'), [143, null]);
  });
}
