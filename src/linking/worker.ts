import type { Database } from '../db/client.ts';
import type { Notify } from '../db/notify.ts';
import { codeOf } from '../errors.ts';
import { ssoAuthenticated } from '../events/sso-authenticated.ts';
import { LINKING_GROUP } from '../events/topics.ts';
import type { Stream } from '../kafka/records.ts';
import type { Logger } from '../observability/log.ts';
import { inSpan, NO_TRACING, type Tracing } from '../observability/trace.ts';
import { createWatchdog } from '../observability/watchdog.ts';
import type { ChunkReport } from './chunk.ts';
import { chunkSpan } from './chunk-spans.ts';
import type { Decided } from './chunk-writes.ts';
import { linkChunk } from './retry.ts';

/** One transaction each: long enough to amortize it, short enough to be done far below the session timeout. */
export const MAX_CHUNK = 500;
/** Above the deadline of a statement. A chunk that takes even longer ends the process (kafka/membership.ts). */
const CHUNK_OVERDUE_MS = 15_000;

export interface Linking {
  /** Takes no more records, finishes what is under way. */
  stop(): Promise<void>;
  /** Rejects when the consumer has stopped for good. */
  failed: Promise<never>;
  /** Whether it is a member of its group. */
  isRunning(): boolean;
  /** Chunks that are under way for longer than a chunk takes. */
  overdueChunks(): number;
}

/** Turns logins into link results, from the stream into the database, until it is stopped. */
export async function startLinking(deps: {
  stream: Pick<Stream, 'consume'>;
  database: Database;
  log: Logger;
  tracing?: Tracing;
  /** Milliseconds after which a chunk is overdue. Default 15 000. */
  overdueAfter?: number;
  /** Says that a chunk's results are committed: to the servers whose people wait, and to the relay. */
  notify?: Notify;
  /** After each chunk: what metrics count. */
  onChunk?(report: ChunkReport, records: number, seconds: number): void;
  /** A chunk that was not linked, and will be brought again: why. */
  onFailure?(code: string): void;
}): Promise<Linking> {
  const { stream, database, log, tracing = NO_TRACING } = deps;
  // Half of a line's cost is the search for secrets; a decision's fields are all known (lineOf).
  const lines = log.child({}, { redact: [] });
  const watchdog = createWatchdog({
    deadline: deps.overdueAfter ?? CHUNK_OVERDUE_MS,
    onOverdue: () => log.error({ overdue: watchdog.overdue() }, 'chunk does not end'),
  });
  const consumer = await stream.consume({
    topic: ssoAuthenticated.topic,
    groupId: LINKING_GROUP,
    maxChunk: MAX_CHUNK,
    async onChunk(records) {
      const started = performance.now();
      const span = chunkSpan(tracing, LINKING_GROUP, records);
      const linking = inSpan(tracing, 'link chunk', span, (chunk) =>
        linkChunk(database, records, { tracing, chunk }),
      );
      const report = await watchdog.watch(linking).catch((error: unknown) => {
        deps.onFailure?.(codeOf((error as Error).cause) ?? codeOf(error) ?? 'unknown');
        throw error;
      });
      deps.notify?.();
      deps.onChunk?.(report, records.length, (performance.now() - started) / 1000);
      if (lines.isLevelEnabled('info')) {
        for (const decided of report.decided) lines.info(lineOf(decided), 'decision');
      }
      logChunk(log, report, { records: records.length, ms: Math.round(performance.now() - started) });
    },
  });
  return {
    isRunning: () => consumer.isRunning(),
    overdueChunks: watchdog.overdue,
    failed: consumer.failed,
    async stop() {
      await consumer.stop();
      watchdog.stop();
    },
  };
}

function logChunk(log: Logger, { decided, duplicates, deadLetters }: ChunkReport, chunk: object): void {
  for (const { record, reason, error } of deadLetters) {
    const { partition, offset } = record;
    log.warn({ partition, offset: String(offset), reason, error }, 'a record became a dead letter');
  }
  log.debug(
    { ...chunk, results: decided.length, duplicates, deadLetters: deadLetters.length },
    'chunk linked',
  );
}

/** The person is followed by the same names as in the line of the login. */
function lineOf({ login, company, result, spans }: Decided): object {
  const { event, emailHash } = login;
  return {
    trace_id: spans.decision.traceId,
    login_id: result.login_id,
    sso_identity_id: result.sso_identity_id,
    company,
    email_hash: emailHash,
    outcome: result.outcome,
    reason: result.reason ?? undefined,
    rule: result.evidence.rule,
    user_id: result.user_id ?? undefined,
    // From the login to its decision.
    ms: Date.parse(result.decided_at) - Date.parse(event.authenticated_at),
  };
}
