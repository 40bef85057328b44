import type { Logger } from '../observability/log.ts';

/** Something that was started: a role, or a part of one. */
export interface RunningRole {
  /** Takes nothing new, finishes what is under way, releases what it holds. Called once. */
  stop(): Promise<void>;
  /** Rejects when it cannot continue: the process must end, so that its supervisor starts another. */
  failed?: Promise<never>;
}

/** Kubernetes sends SIGKILL after its grace (the chart's is 45 s): be done before. */
const STOP_DEADLINE_MS = 30_000;

/**
 * Lets a signal end the process, with a shell's exit code. As process 1 of a container it has no default for
 * them: Kubernetes would wait out its grace. A role finishes first what is under way (`runRole`).
 */
export function exitOnSignal(): void {
  process.on('SIGTERM', end).on('SIGINT', end);
}

function end(name: NodeJS.Signals): void {
  process.exit(name === 'SIGTERM' ? 143 : 130);
}

/**
 * Starts a role and keeps it until a signal or its own failure. SIGTERM and SIGINT stop it, or stop it as soon as
 * it has started: exit 0 when it is done in time, 1 when not. A second signal ends the process at once.
 */
export async function runRole(
  log: Logger,
  start: () => Promise<RunningRole>,
  deadlineMs = STOP_DEADLINE_MS,
): Promise<never> {
  let ending = false;
  let ended: (exitCode: number) => void = () => {};
  const exitCode = new Promise<number>((resolve) => {
    ended = resolve;
  });

  function begin(because: string, code: number): void {
    if (ending) return;
    ending = true;
    log.info({ because }, 'stopping');
    // From here on, and not from the end of a start that may never come.
    setTimeout(() => {
      log.error('not stopped in time');
      process.exit(1);
    }, deadlineMs);
    ended(code);
  }

  const onSignal = (name: string) => (ending ? process.exit(130) : begin(name, 0));
  // Added before the old ones go: a signal in between would be lost.
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal).off('SIGTERM', end).off('SIGINT', end);
  const role = await start();
  role.failed?.catch((error: unknown) => {
    if (!ending) log.fatal({ err: error }, 'role failed');
    begin('failure', 1);
  });
  const code = await exitCode;
  try {
    await role.stop();
  } catch (error) {
    log.error({ err: error }, 'stopping failed');
    process.exit(1);
  }
  log.info('stopped');
  process.exit(code);
}

/** Runs the steps of a stop in turn, each whether or not one before it failed; throws the first error. */
export async function stopAll(...steps: (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
