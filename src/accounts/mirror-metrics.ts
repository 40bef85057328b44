import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from '../observability/metrics.ts';
import type { MirrorReport } from './mirror-chunk.ts';

/** What the worker counts of the mirror. @param lag seconds; undefined while unknown */
export function createMirrorMetrics(registry: Registry, lag: () => number | undefined) {
  const registers = [registry];
  const changes = new Counter({
    name: 'sso_link_mirror_changes_total',
    help: 'Records of user.account_changed by what became of them: changed, unchanged, conflict, dead_letter',
    labelNames: ['outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'sso_link_mirror_chunk_duration_seconds',
    help: 'A chunk of user.account_changed, its retries included',
    buckets: DURATION_BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: 'sso_link_mirror_chunk_failures_total',
    help: 'Chunks that were not mirrored and are delivered again, by code',
    labelNames: ['code'],
    registers,
  });
  new Gauge({
    name: 'sso_link_mirror_lag_seconds',
    help: 'How long the oldest record of user.account_changed waits that the group has not committed',
    registers,
    collect() {
      const seconds = lag();
      if (seconds === undefined) this.remove();
      else this.set(seconds);
    },
  });
  return {
    onChunk({ changed, unchanged, conflicts, deadLetters }: MirrorReport, _records: number, seconds: number) {
      duration.observe(seconds);
      changes.inc({ outcome: 'changed' }, changed);
      changes.inc({ outcome: 'unchanged' }, unchanged);
      changes.inc({ outcome: 'conflict' }, conflicts.length);
      changes.inc({ outcome: 'dead_letter' }, deadLetters.length);
    },
    onFailure: (code: string): void => failures.inc({ code }),
  };
}
