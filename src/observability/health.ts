import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { codeOf } from '../errors.ts';
import { closeWithin, HTTP_TIMEOUTS } from '../http/timeouts.ts';
import { withTimeout } from '../promises.ts';
import { LIVEZ, READYZ } from './health-schemas.ts';

/** What a role requires to work. A check resolves when it is available and rejects with a reason when it is not. */
export type ReadinessChecks = Record<string, () => Promise<void>>;

export interface HealthAnswers {
  /** By dependency: `ok`, or why not. */
  required: Record<string, string>;
  optional: Record<string, string>;
}

export interface Health {
  /** Frequent callers get the same answers for a while: each costs the database statements. */
  ask(): Promise<HealthAnswers>;
  /** From now on the role is not ready, whatever else is there. */
  stopping(): void;
  isStopping(): boolean;
}

const KEPT_MS = 1_000;
/** A role that waits for something is ready soon after it is there. */
const KEPT_UNWELL_MS = 50;

/**
 * @param checks.required what the role cannot work without
 * @param checks.optional what it can do without for a while: told, and no reason to be taken out
 */
export function createHealth(checks: { required: ReadinessChecks; optional?: ReadinessChecks }): Health {
  let answers: Promise<HealthAnswers> | undefined;
  let stopping = false;

  async function askAll(): Promise<HealthAnswers> {
    const [required, optional] = await Promise.all([ask(checks.required), ask(checks.optional ?? {})]);
    const forget = () => {
      answers = undefined;
    };
    setTimeout(forget, isWell(required) ? KEPT_MS : KEPT_UNWELL_MS).unref();
    return { required, optional };
  }

  return {
    ask() {
      answers ??= askAll();
      return answers;
    },
    stopping() {
      stopping = true;
    },
    isStopping: () => stopping,
  };
}

/**
 * `/livez` asks nothing: a restart does not repair a dependency. `/readyz` checks what this
 * role requires: 200 or 503, with the state of each dependency. While an optional one is down, it is `degraded`
 * and in service.
 */
export function healthRoutes(app: FastifyInstance, health: Health): void {
  app.addHook('preClose', async () => health.stopping());
  app.get('/livez', { schema: LIVEZ, logLevel: 'warn', exposeHeadRoute: true }, async () => ({
    status: 'ok',
  }));
  app.get('/readyz', { schema: READYZ, logLevel: 'warn', exposeHeadRoute: true }, async (request, reply) => {
    const { required, optional } = await health.ask();
    const status = health.isStopping()
      ? 'stopping'
      : !isWell(required)
        ? 'not ready'
        : isWell(optional)
          ? 'ok'
          : 'degraded';
    const ready = status === 'ok' || status === 'degraded';
    return reply
      .code(ready ? 200 : 503)
      .send({ status, ...(cameByProxy(request) ? {} : { ...required, ...optional }) });
  });
}

/** The health endpoints of a role that serves nothing else. */
export async function startHealthServer(options: {
  host: string;
  port: number;
  health: Health;
}): Promise<{ stop(): Promise<void> }> {
  const app = Fastify(HTTP_TIMEOUTS);
  closeWithin(app, 2_000);
  healthRoutes(app, options.health);
  await app.listen({ host: options.host, port: options.port });
  return { stop: () => app.close() };
}

/** The kubelet asks directly. A caller through a proxy is no operator and gets the status only. */
function cameByProxy({ headers }: FastifyRequest): boolean {
  return headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
}

function isWell(answers: Record<string, string>): boolean {
  return Object.values(answers).every((answer) => answer === 'ok');
}

const CHECK_TIMEOUT_MS = 2_000;

async function ask(checks: ReadinessChecks): Promise<Record<string, string>> {
  const answers = Object.entries(checks).map(async ([name, check]) => {
    const checked = withTimeout(CHECK_TIMEOUT_MS, check(), () => {
      throw new Error('no answer');
    });
    const answer = await checked.then(
      () => 'ok',
      // A library's message may name a host: only the code is shown.
      (error: unknown) => codeOf(error) ?? (error instanceof Error ? error.message : 'failed'),
    );
    return [name, answer] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}
