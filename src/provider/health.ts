import type { Issuer } from '../config.ts';
import { codeOf } from '../errors.ts';

/** So long after a failure without another answer nobody knows any more. */
const REMEMBERED_MS = 5 * 60_000;
/** The provider's own fault; a rejected code or secret is an answer. */
const OUTAGES = ['provider_unreachable', 'provider_timeout', 'provider_failed'];

export type ProviderHealth = ReturnType<typeof createProviderHealth>;

/**
 * What came of the last requests to each issuer, for `/readyz`: told by region, never by company. Nobody is
 * asked for its sake.
 */
export function createProviderHealth(issuers: readonly Issuer[]) {
  const failing = new Map<string, { code: string; at: number }>();

  function failed(issuer: string, error: unknown): void {
    const code = codeOf(error) ?? '';
    if (OUTAGES.includes(code)) failing.set(issuer, { code, at: Date.now() });
  }

  async function watch<T>(issuer: string, work: Promise<T>): Promise<T> {
    try {
      const answer = await work;
      failing.delete(issuer);
      return answer;
    } catch (error) {
      if (OUTAGES.includes(codeOf(error) ?? '')) failed(issuer, error);
      else failing.delete(issuer);
      throw error;
    }
  }

  return {
    /** Discovery answers mostly from its cache, so that its success says nothing. */
    onDiscoveryFailed: failed,
    /** Notes what came of a request to the issuer. Resolves and rejects as it does. */
    watch,
    /** @throws Error naming the regions that don't answer */
    async check(): Promise<void> {
      const since = Date.now() - REMEMBERED_MS;
      const away = issuers.flatMap(({ region, url: issuer }) => {
        const last = failing.get(issuer);
        return last !== undefined && last.at > since ? [`${region}: ${last.code}`] : [];
      });
      if (away.length > 0) throw new Error(away.join(', '));
    },
  };
}
