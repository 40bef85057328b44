/** Proven domains that DNS no longer proves: for metrics, alerts and `doctor`. Nothing removes them by itself. */
import { Gauge, type Registry } from 'prom-client';
import type { Sql } from '../db/client.ts';
import type { Reading } from '../observability/database-readings.ts';

export interface UnprovenDomain {
  /** The company's slug. */
  company: string;
  domain: string;
  /** What DNS said at the last check. An unreachable DNS says nothing, and does not count. */
  answer: 'no_record' | 'other_value' | 'no_such_domain';
}

/** The domains of active companies whose record was missing, or had another value, at the last check. */
export async function unprovenDomains(sql: Sql): Promise<UnprovenDomain[]> {
  return sql<UnprovenDomain[]>`
    SELECT c.slug AS company, h.domain, h.last_answer AS answer
    FROM domain_challenges h
    JOIN company_domains d ON d.domain = h.domain AND d.company_id = h.company_id
    JOIN companies c ON c.id = h.company_id AND c.status = 'active'
    WHERE h.verified_at IS NOT NULL AND h.last_answer IN ('no_record', 'other_value', 'no_such_domain')
    ORDER BY c.slug, h.domain`;
}

const RARELY_MS = 60_000;

/** A gauge of unproven domains by company, read from the database. */
export function unprovenDomainReading(registry: Registry): Reading {
  const unproven = new Gauge({
    name: 'sso_link_domains_unproven',
    help: 'Proven domains whose DNS record was missing, or had another value, at the last check',
    labelNames: ['company'],
    registers: [registry],
  });
  return {
    everyMs: RARELY_MS,
    async read(sql) {
      const found = await unprovenDomains(sql);
      return () => {
        for (const { company } of found) unproven.inc({ company });
      };
    },
    forget: () => unproven.reset(),
  };
}
