import Fastify, { type FastifyInstance } from 'fastify';
import { codeOf } from '../errors.ts';
import { closeInTime, HTTP_TIMEOUTS } from '../http-timeouts.ts';
import { LIVEZ, READYZ } from './health-schemas.ts';

/** What a role needs in order to work. A check resolves when it is there and rejects with a reason if not. */
export type ReadinessChecks = Record<string, () => Promise<void>>;

export interface Health {
  /** What the role cannot work without. */
  needs: ReadinessChecks;
  /** What it can do without for a while: told in the body, and no reason to be taken out. */
  uses?: ReadinessChecks;
}

/**
 * `/livez` asks nothing: a dependency's outage is no reason to restart a process. `/readyz` asks what this
 * role needs: 200 or 503, with a word a dependency. Where one is away that the role only uses, it is `degraded`
 * and in service.
 */
export function healthRoutes(app: FastifyInstance, health: Health): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.get('/livez', { schema: LIVEZ, logLevel: 'warn' }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: READYZ, logLevel: 'warn' }, async (_request, reply) => {
    const [needs, uses] = await Promise.all([ask(health.needs), ask(health.uses ?? {})]);
    const status = stopping ? 'stopping' : !isWell(needs) ? 'not ready' : isWell(uses) ? 'ok' : 'degraded';
    const ready = status === 'ok' || status === 'degraded';
    return reply.code(ready ? 200 : 503).send({ status, ...needs, ...uses });
  });
}

/** The health endpoints of a role that serves nothing else. */
export async function startHealthServer(options: {
  host: string;
  port: number;
  health: Health;
}): Promise<{ stop(): Promise<void> }> {
  const app = Fastify(HTTP_TIMEOUTS);
  closeInTime(app, 2_000);
  healthRoutes(app, options.health);
  await app.listen({ host: options.host, port: options.port });
  return { stop: () => app.close() };
}

function isWell(answers: Record<string, string>): boolean {
  return Object.values(answers).every((answer) => answer === 'ok');
}

const CHECK_TIMEOUT_MS = 2_000;

async function ask(checks: ReadinessChecks): Promise<Record<string, string>> {
  const answers = Object.entries(checks).map(async ([name, check]) => {
    const timeout = new Promise<never>((_, reject) =>
      setTimeout(reject, CHECK_TIMEOUT_MS, new Error('no answer')).unref(),
    );
    const answer = await Promise.race([check(), timeout]).then(
      () => 'ok',
      // A library's message may name a host: whoever reads this is told a code.
      (error: unknown) => codeOf(error) ?? (error instanceof Error ? error.message : 'failed'),
    );
    return [name, answer] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}
