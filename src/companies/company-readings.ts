import type { Registry } from 'prom-client';
import type { Reading } from '../observability/database-readings.ts';
import { clientSecretReading } from './client-secret-health.ts';
import { unprovenDomainReading } from './domain-health.ts';

/** Metrics of companies that one role reads from the database for all. */
export const companyReadings = (registry: Registry): Reading[] => [
  clientSecretReading(registry),
  unprovenDomainReading(registry),
];
