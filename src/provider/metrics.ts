import { Counter, Histogram, type Registry } from 'prom-client';
import type { Issuer } from '../config.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { DURATION_BUCKETS } from '../observability/metrics.ts';

export interface ProviderRequest {
  endpoint: 'discovery' | 'keys' | 'token' | 'userinfo' | 'refresh' | 'revoke';
  /** On the issuer's origin, as all its endpoints are. */
  url: string;
  /** The company's slug; absent for discovery and keys, which the companies of a region share. */
  company?: string;
}

/** Measures a request to a provider by region and company. */
export type TimeRequest = <T>(request: ProviderRequest, work: () => Promise<T>) => Promise<T>;

/** Counts and times the requests to JumpCloud. */
export function createProviderMetrics(registry: Registry, issuers: readonly Issuer[]): TimeRequest {
  const registers = [registry];
  const duration = new Histogram({
    name: 'sso_link_provider_request_duration_seconds',
    help: 'Requests to JumpCloud; discovery and keys belong to no single company',
    labelNames: ['region', 'company', 'endpoint'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: 'sso_link_provider_failures_total',
    help: 'Requests to JumpCloud that failed, by code and HTTP status; no status where there was no answer',
    labelNames: ['region', 'company', 'endpoint', 'code', 'status'],
    registers,
  });
  const regions = new Map(issuers.map(({ region, url }) => [new URL(url).origin, region]));

  return async ({ endpoint, url, company = '' }, work) => {
    const labels = { region: regions.get(new URL(url).origin) ?? '', company, endpoint };
    const end = duration.startTimer(labels);
    try {
      return await work();
    } catch (error) {
      const { status = '' } = error instanceof SsoLinkError ? error.facts : {};
      failures.inc({ ...labels, code: codeOf(error) ?? 'unknown', status });
      throw error;
    } finally {
      end();
    }
  };
}
