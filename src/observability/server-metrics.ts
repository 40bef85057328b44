import type { FastifyInstance } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import type { Issuer } from '../config.ts';
import { codeOf } from '../errors.ts';
import type { Health } from './health.ts';
import { createRegistry, SECONDS } from './metrics.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The company that a login request is for, once it is known to exist. */
    company: string | null;
    /** The code of the error that was answered. */
    errorCode: string | null;
  }
}

export interface ProviderRequest {
  endpoint: 'discovery' | 'keys' | 'token' | 'userinfo' | 'refresh' | 'revoke';
  /** On the issuer's origin, as all its endpoints are. */
  url: string;
  /** Whose client asks: nobody's for discovery and keys, which a region's companies share. */
  company?: string;
}

/** A request to a provider, timed and told by region and company, so that a broken one is seen. */
export type TimeProvider = <T>(request: ProviderRequest, work: () => Promise<T>) => Promise<T>;

export type ServerMetrics = ReturnType<typeof createServerMetrics>;

export function createServerMetrics(issuers: readonly Issuer[], health: Pick<Health, 'ask'>) {
  const registry = createRegistry('server', health);
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
    help: 'From the callback to its answer, where the company is known',
    labelNames: ['company'],
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
    help: 'Requests to JumpCloud; discovery and keys are no single company’s',
    labelNames: ['region', 'company', 'endpoint'],
    buckets: SECONDS,
    registers,
  });
  const providerFailures = new Counter({
    name: 'sso_link_provider_failures_total',
    help: 'Requests to JumpCloud that failed, by code',
    labelNames: ['region', 'company', 'endpoint', 'code'],
    registers,
  });

  const regions = new Map(issuers.map(({ region, issuer }) => [new URL(issuer).origin, region]));

  const timeProvider: TimeProvider = async ({ endpoint, url, company = '' }, work) => {
    const labels = { region: regions.get(new URL(url).origin) ?? '', company, endpoint };
    const end = provider.startTimer(labels);
    try {
      return await work();
    } catch (error) {
      providerFailures.inc({ ...labels, code: codeOf(error) ?? 'unknown' });
      throw error;
    } finally {
      end();
    }
  };

  /** Counts what the routes answer. */
  function observe(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      const { company, errorCode, routeOptions } = request;
      if (errorCode !== null) errors.inc({ code: errorCode });
      if (routeOptions.url === '/login/start') starts.inc(labelsOf(company, errorCode ?? 'sent'));
      if (routeOptions.url !== '/login/callback') return;
      if (request.notes?.test !== undefined) return; // The callback of a test link: no login, whatever came of it.
      // Strangers are answered at once: they would make the others look fast.
      if (company !== null) duration.observe({ company }, reply.elapsedTime / 1000);
      if (company === null && errorCode === null) return; // A reload of a consumed callback.
      logins.inc(labelsOf(company, errorCode ?? 'recorded'));
    });
  }

  return { registry, timeProvider, observe };
}

function labelsOf(company: string | null, outcome: string) {
  return { company: company ?? '', outcome };
}
