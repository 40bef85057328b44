import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from '../observability/metrics.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The company that a login request is for, once it is known to exist. */
    company: string | null;
    /** The code of the error that was answered. */
    errorCode: string | null;
    /** Milliseconds that a callback was held for its link result. */
    heldMs: number;
  }
}

export type LoginMetrics = ReturnType<typeof createLoginMetrics>;

/** Counts what the login routes answer. */
export function createLoginMetrics(registry: Registry) {
  const registers = [registry];
  const starts = new Counter({
    name: 'sso_link_login_starts_total',
    help: 'Starts by company and outcome: sent to JumpCloud, or the code of the error',
    labelNames: ['company', 'outcome'],
    registers,
  });
  const logins = new Counter({
    name: 'sso_link_logins_total',
    help: 'Callbacks by company and outcome: recorded, or the code of the error',
    labelNames: ['company', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'sso_link_login_duration_seconds',
    help: 'From the callback to its answer, where the company is known, without the wait for the link result',
    labelNames: ['company'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'sso_link_errors_total',
    help: 'Answers that were errors, by code',
    labelNames: ['code'],
    registers,
  });
  const held = new Gauge({
    name: 'sso_link_login_held',
    help: 'People who are held now until their login has its link result',
    registers,
  });
  const waits = new Histogram({
    name: 'sso_link_login_wait_seconds',
    help: 'Waits for a link result, by how they ended: decided, late, busy (not held), stopping, left',
    labelNames: ['outcome'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  function observe(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      const { company, errorCode, routeOptions } = request;
      if (errorCode !== null) errors.inc({ code: errorCode });
      if (routeOptions.url === '/login/start') starts.inc(labelsOf(company, errorCode ?? 'sent'));
      if (routeOptions.url !== '/login/callback') return;
      if (request.logFields?.test !== undefined) return; // The callback of a test link: no login, whatever came of it.
      // Strangers are answered at once: they would make the others look fast.
      if (company !== null) duration.observe({ company }, (reply.elapsedTime - request.heldMs) / 1000);
      if (company === null && errorCode === null) return; // A reload of a consumed callback.
      logins.inc(labelsOf(company, errorCode ?? 'recorded'));
    });
  }

  return {
    observe,
    onHeld: (count: number) => held.set(count),
    onWait: (outcome: string, milliseconds: number) => waits.observe({ outcome }, milliseconds / 1000),
  };
}

function labelsOf(company: string | null, outcome: string) {
  return { company: company ?? '', outcome };
}
