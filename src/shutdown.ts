import type { Logger } from './observability/log.ts';

/** Something that was started: a role, or a part of one. */
export interface Running {
  /** Takes nothing new, finishes what is under way, releases what it holds. Called once. */
  stop(): Promise<void>;
  /** Rejects when it can't go on: the process must end, so that its supervisor starts another. */
  failed?: Promise<never>;
}

/** Kubernetes sends SIGKILL after its grace (the chart's is 45 s): be done before. */
const STOP_DEADLINE_MS = 30_000;

/**
 * Starts a role and keeps it until a signal or its own failure. SIGTERM and SIGINT stop it: exit 0 when it
 * is done in time, 1 when not. A second signal ends the process at once.
 */
export async function runRole(log: Logger, start: () => Promise<Running>): Promise<never> {
  const signal = nextSignal();
  const role = await start();
  const end = await Promise.race([
    signal.then((name) => ({ name, exitCode: 0 })),
    (role.failed ?? new Promise<never>(() => {})).catch((error: unknown) => {
      log.fatal({ err: error }, 'the role cannot go on');
      return { name: 'failure', exitCode: 1 };
    }),
  ]);
  log.info({ because: end.name }, 'stopping');
  void nextSignal().then(() => process.exit(130));
  const deadline = setTimeout(() => {
    log.error('not stopped in time');
    process.exit(1);
  }, STOP_DEADLINE_MS);
  try {
    await role.stop();
  } catch (error) {
    log.error({ err: error }, 'stopping failed');
    process.exit(1);
  }
  clearTimeout(deadline);
  log.info('stopped');
  process.exit(end.exitCode);
}

/** Runs the steps of a stop in turn, each whether or not one before it failed; throws the first error. */
export async function stopAll(...steps: (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    const onSignal = (name: string) => {
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
      resolve(name);
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}
