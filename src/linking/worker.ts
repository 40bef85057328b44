import type { Database } from '../db/client.ts';
import { ssoAuthenticated } from '../events/sso-authenticated.ts';
import type { Stream } from '../kafka/records.ts';
import type { Logger } from '../observability/log.ts';
import type { Running } from '../shutdown.ts';
import type { ChunkReport } from './chunk.ts';
import { linkChunk } from './retry.ts';

/** The consumer group of every worker, without `KAFKA_TOPIC_PREFIX`. */
export const LINKING_GROUP = 'sso-link-linking';
/** One transaction each: long enough to amortize it, short enough to be done far below the session timeout. */
export const MAX_CHUNK = 500;

export interface Linking extends Running {
  /** Whether it is a member of its group. */
  isRunning(): boolean;
}

/** Turns logins into link results, from the stream into the database, until it is stopped. */
export async function startLinking(deps: {
  stream: Pick<Stream, 'consume'>;
  database: Database;
  log: Logger;
  /** After each chunk: what metrics count. */
  onChunk?(report: ChunkReport, records: number, seconds: number): void;
}): Promise<Linking> {
  const { stream, database, log } = deps;
  const consumer = await stream.consume({
    topic: ssoAuthenticated.topic,
    groupId: LINKING_GROUP,
    maxChunk: MAX_CHUNK,
    async onChunk(records) {
      const started = performance.now();
      const report = await linkChunk(database, records);
      deps.onChunk?.(report, records.length, (performance.now() - started) / 1000);
      tell(log, report, { partition: records[0]?.partition, ms: Math.round(performance.now() - started) });
    },
  });
  return { isRunning: () => consumer.isRunning(), stop: () => consumer.stop(), failed: consumer.failed };
}

function tell(log: Logger, { results, duplicates, faulty }: ChunkReport, chunk: object): void {
  for (const { record, fault, error } of faulty) {
    const { partition, offset } = record;
    log.warn({ partition, offset: String(offset), fault, error }, 'a record became a dead letter');
  }
  log.debug({ ...chunk, results: results.length, duplicates, faulty: faulty.length }, 'chunk linked');
}
