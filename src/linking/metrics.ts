import { Counter, Gauge, Histogram } from 'prom-client';
import type { Health } from '../observability/health.ts';
import { createRegistry, DURATION_BUCKETS } from '../observability/metrics.ts';
import type { ChunkReport } from './chunk.ts';

/** What the worker counts. */
export function createWorkerMetrics(health: Pick<Health, 'ask'>, overdueChunks: () => number = () => 0) {
  const registry = createRegistry('worker', health);
  const registers = [registry];
  const results = new Counter({
    name: 'sso_link_worker_results_total',
    help: 'Link results by outcome and reason',
    labelNames: ['outcome', 'reason'],
    registers,
  });
  const size = new Histogram({
    name: 'sso_link_worker_chunk_size',
    help: 'Records of a chunk',
    buckets: [1, 5, 10, 50, 100, 200, 500],
    registers,
  });
  const duration = new Histogram({
    name: 'sso_link_worker_chunk_duration_seconds',
    help: 'A chunk, its retries included',
    buckets: DURATION_BUCKETS,
    registers,
  });
  new Gauge({
    name: 'sso_link_worker_overdue_chunks',
    help: 'Chunks that are under way for longer than a chunk takes',
    registers,
    collect() {
      this.set(overdueChunks());
    },
  });
  const failures = new Counter({
    name: 'sso_link_worker_chunk_failures_total',
    help: 'Chunks that were not linked and are brought again, by code',
    labelNames: ['code'],
    registers,
  });
  const deadLetters = new Counter({
    name: 'sso_link_worker_dead_letters_total',
    help: 'Records that became dead letters, by reason',
    labelNames: ['reason'],
    registers,
  });
  const lag = new Gauge({
    name: 'sso_link_worker_lag',
    help: 'Records of a partition that the group has not committed',
    labelNames: ['partition'],
    registers,
  });

  return {
    registry,
    onChunk(report: Pick<ChunkReport, 'results' | 'deadLetters'>, records: number, seconds: number): void {
      size.observe(records);
      duration.observe(seconds);
      for (const { outcome, reason } of report.results) results.inc({ outcome, reason: reason ?? '' });
      for (const { reason } of report.deadLetters) deadLetters.inc({ reason });
    },
    onFailure: (code: string): void => failures.inc({ code }),
    /** @param partitions none where it is unknown: an old lag is not reported */
    setLag(partitions: Iterable<[number, number]>): void {
      lag.reset();
      for (const [partition, records] of partitions) lag.set({ partition }, records);
    },
  };
}
