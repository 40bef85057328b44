import type { Database } from '../db/client.ts';
import type { Notify } from '../db/notify.ts';
import { codeOf } from '../errors.ts';
import { ACCOUNT_CHANGED_TOPIC, MIRROR_GROUP } from '../events/topics.ts';
import type { IncomingRecord, RecordConsumer, Stream } from '../kafka/records.ts';
import type { Logger } from '../observability/log.ts';
import { type MirrorReport, mirrorChunk } from './mirror-chunk.ts';

/** Fewer than the import's batch: the same thread links logins. */
const MAX_CHUNK = 1_000;

export interface MirrorConsumerDeps {
  stream: Pick<Stream, 'consume'>;
  /** A pool of its own: the linking consumer never waits for the mirror's connections. */
  database: Database;
  log: Logger;
  /** Says to the relay that there may be events. */
  notify?: Notify;
  onChunk?(report: MirrorReport, records: number, seconds: number): void;
  /** A chunk that was not mirrored, and will be delivered again: why. */
  onFailure?(code: string): void;
}

/** Mirrors the changes of users and accounts, from the stream into the database, until it is stopped. */
export function startMirrorConsumer(deps: MirrorConsumerDeps): Promise<RecordConsumer> {
  const { stream, database, log } = deps;
  return stream.consume({
    topic: ACCOUNT_CHANGED_TOPIC,
    groupId: MIRROR_GROUP,
    maxChunk: MAX_CHUNK,
    async onChunk(records: IncomingRecord[]) {
      const started = performance.now();
      const report = await mirrorChunk(database, records).catch((error: unknown) => {
        deps.onFailure?.(codeOf((error as Error).cause) ?? codeOf(error) ?? 'unknown');
        throw error;
      });
      const seconds = (performance.now() - started) / 1_000;
      deps.notify?.();
      deps.onChunk?.(report, records.length, seconds);
      logChunk(log, report, records.length, seconds);
    },
  });
}

function logChunk(log: Logger, report: MirrorReport, records: number, seconds: number): void {
  for (const { record, reason, error } of report.deadLetters) {
    const { topic, partition, offset } = record;
    log.warn({ topic, partition, offset: String(offset), reason, error }, 'a record became a dead letter');
  }
  const { changed, unchanged, conflicts, deadLetters } = report;
  log.debug(
    { records, changed, unchanged, conflicts: conflicts.length, deadLetters: deadLetters.length, seconds },
    'changes mirrored',
  );
}
