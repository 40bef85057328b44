/** What needs somebody's attention among the client secrets: for metrics, alerts and `doctor`. */
import { Gauge, type Registry } from 'prom-client';
import type { Sql } from '../db/client.ts';
import type { Reading } from '../observability/database-readings.ts';

export interface SecretHealth {
  /** The company's slug. */
  company: string;
  /** The day on which no secret is left that works, `2027-03-01`; null where that is not known. */
  expiresOn: string | null;
  /** JumpCloud had accepted a secret of the client, and refuses all that it has. */
  refused: boolean;
}

/** The active SSO clients whose secrets expire or are refused, by company. */
export async function secretHealth(sql: Sql): Promise<SecretHealth[]> {
  return sql<SecretHealth[]>`
    SELECT * FROM (
      SELECT c.slug AS company,
        CASE WHEN bool_and(s.expires_on IS NOT NULL) THEN max(s.expires_on)::text END AS "expiresOn",
        bool_and(coalesce(s.last_refused_at > coalesce(s.last_worked_at, '-infinity'), false))
          AND EXISTS (
            SELECT FROM sso_client_secrets w WHERE w.sso_client_id = k.id AND w.last_worked_at IS NOT NULL
          ) AS refused
      FROM sso_clients k
      JOIN companies c ON c.id = k.company_id AND c.status = 'active'
      JOIN sso_client_secrets s ON s.sso_client_id = k.id AND s.retired_at IS NULL
      WHERE k.status = 'active'
      GROUP BY k.id, c.slug
    ) AS health WHERE refused OR "expiresOn" IS NOT NULL ORDER BY company`;
}

const RARELY_MS = 60_000;

/** Gauges of the client secrets, read from the database. */
export function clientSecretReading(registry: Registry): Reading {
  const registers = [registry];
  const expiry = new Gauge({
    name: 'sso_link_client_secret_expiry_timestamp_seconds',
    help: 'When the last client secret of an active SSO client stops working, where an operator said so',
    labelNames: ['company'],
    registers,
  });
  const refused = new Gauge({
    name: 'sso_link_client_secret_refused',
    help: '1: JumpCloud refuses each client secret of an active SSO client that had worked',
    labelNames: ['company'],
    registers,
  });
  return {
    everyMs: RARELY_MS,
    async read(sql) {
      const found = await secretHealth(sql);
      return () => {
        for (const { company, expiresOn, refused: isRefused } of found) {
          if (expiresOn !== null) expiry.set({ company }, Date.parse(expiresOn) / 1000);
          if (isRefused) refused.set({ company }, 1);
        }
      };
    },
    forget() {
      expiry.reset();
      refused.reset();
    },
  };
}
