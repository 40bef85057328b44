import type { FastifyInstance } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import { codeOf } from '../errors.ts';
import { createRegistry, SECONDS } from './metrics.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The company that a login request is for, once it is known to exist. */
    company: string | null;
    /** The code of the error that was answered. */
    errorCode: string | null;
  }
}

/** A request to a provider, timed and told by company, so that a broken one is seen. */
export type TimeProvider = <T>(company: string, endpoint: string, work: () => Promise<T>) => Promise<T>;

export type ServerMetrics = ReturnType<typeof createServerMetrics>;

export function createServerMetrics() {
  const registry = createRegistry('server');
  const registers = [registry];
  const logins = new Counter({
    name: 'sso_link_logins_total',
    help: 'Callbacks by company and outcome: recorded, or the code of the error',
    labelNames: ['company', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'sso_link_login_duration_seconds',
    help: 'From the callback to its answer',
    buckets: SECONDS,
    registers,
  });
  const errors = new Counter({
    name: 'sso_link_errors_total',
    help: 'Answers that were errors, by code',
    labelNames: ['code'],
    registers,
  });
  const provider = new Histogram({
    name: 'sso_link_provider_request_duration_seconds',
    help: "Requests to a company's provider",
    labelNames: ['company', 'endpoint'],
    buckets: SECONDS,
    registers,
  });
  const providerFailures = new Counter({
    name: 'sso_link_provider_failures_total',
    help: "Requests to a company's provider that failed, by code",
    labelNames: ['company', 'code'],
    registers,
  });

  const timeProvider: TimeProvider = async (company, endpoint, work) => {
    const end = provider.startTimer({ company, endpoint });
    try {
      return await work();
    } catch (error) {
      providerFailures.inc({ company, code: codeOf(error) ?? 'unknown' });
      throw error;
    } finally {
      end();
    }
  };

  /** Counts what the routes answer. */
  function observe(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      if (request.errorCode !== null) errors.inc({ code: request.errorCode });
      if (request.routeOptions.url !== '/login/callback') return;
      if (request.notes?.test !== undefined) return; // The callback of a test link: no login, whatever came of it.
      duration.observe(reply.elapsedTime / 1000);
      if (request.company === null && request.errorCode === null) return; // A reload of a consumed callback.
      logins.inc({ company: request.company ?? '', outcome: request.errorCode ?? 'recorded' });
    });
  }

  return { registry, timeProvider, observe };
}
