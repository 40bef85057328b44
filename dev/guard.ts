/**
 * A guard is a tiny shell that outlives this process for a moment: its standard input closes when we end,
 * however we end (an exit, Ctrl-C, SIGKILL), and it then ends what we started and removes our folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const SCRIPT = `
trap '' INT TERM HUP
folder=$1 signal=$2 pids=' '
while read -r verb pid; do
  case $verb in
    watch) pids="$pids$pid " ;;
    forget) case "$pids" in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
  esac
done
for pid in $pids; do kill -s "$signal" "$pid"; done
for pid in $pids; do
  tries=0
  while kill -0 "$pid" && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -s KILL "$pid"
done
[ -z "$folder" ] || rm -rf "$folder" || { sleep 1; rm -rf "$folder"; }
`;

export interface Guard {
  /** To be called as soon as the process is there; it is forgotten when it ends. */
  watch(child: ChildProcess): void;
  /** Ends the guard; it removes the folder first. Processes still watched are ended, too. */
  release(): Promise<void>;
}

/**
 * Starts a guard over a folder of ours and the processes that work in it.
 *
 * @param folder removed at the end, in any case; empty for none
 * @param signal how the processes are ended, followed by SIGKILL after 5 s
 */
export function startGuard(folder: string, signal: 'QUIT' | 'KILL'): Guard {
  // Detached: Ctrl-C reaches a whole process group, and the guard must survive it.
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'guard', folder, signal], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(shell, 'exit');
  ended.catch(() => {});
  // A write to a guard that somebody killed must not take this process down.
  shell.stdin.on('error', () => {});
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return {
    watch(child) {
      if (child.pid === undefined) return;
      shell.stdin.write(`watch ${child.pid}\n`);
      child.once('exit', () => shell.stdin.write(`forget ${child.pid}\n`));
    },
    async release() {
      shell.ref();
      shell.stdin.end();
      await ended;
    },
  };
}
