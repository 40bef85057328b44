import type { Consumer } from 'kafkajs';
import { codeOf, SsoLinkError } from '../errors.ts';
import { codecTrouble } from './codecs.ts';
import { explain } from './explain.ts';

/** A fetch, a heartbeat, a rejoin or a crash is a sign of life; they come every few seconds. */
const SILENT_MS = 120_000;
/** A chunk takes a second or so, a few tens when the database is slow; its statements time out by themselves. */
const STUCK_MS = 120_000;
const LOOK_EVERY_MS = 5_000;

/** What kafkajs throws while brokers or the coordinator are unreachable; some of it is not retriable for kafkajs. */
const OUTAGES = new Set([
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSTimeout',
  'KafkaJSLockTimeout',
]);

/** Whether a consumer that crashed with this error will work again when brokers or the token endpoint are back. */
export function isOutage(error: Error): boolean {
  if (codeOf(error) === 'kafka_unavailable') return true;
  return OUTAGES.has(error.name) || (error.cause instanceof Error && isOutage(error.cause));
}

export interface Membership {
  /** Whether the consumer is in its group and heard of lately. */
  isMember(): boolean;
  /** Rejects when it has stopped for good, or hangs. */
  failed: Promise<never>;
  /** Runs a handler under watch. */
  watch<T>(handle: () => Promise<T>): Promise<T>;
  /** What happens from now on is no failure. */
  leave(): void;
}

/**
 * Follows a consumer of kafkajs by its events. It restarts itself after errors that it thinks retriable; after
 * others it is gone while the process lives on, and it can hang without a word (#1168, #1596).
 */
export function followMembership(consumer: Consumer): Membership {
  const { events } = consumer;
  const handlers = new Set<{ since: number }>();
  let member = false;
  let leaving = false;
  let heard = Date.now();
  let fail: (error: SsoLinkError) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});

  const hear = () => {
    heard = Date.now();
  };
  for (const event of [events.FETCH_START, events.FETCH, events.HEARTBEAT, events.REBALANCING]) {
    consumer.on(event, hear);
  }
  consumer.on(events.GROUP_JOIN, () => {
    hear();
    member = true;
  });
  consumer.on(events.DISCONNECT, () => {
    member = false;
  });
  consumer.on(events.CRASH, ({ payload: { error, restart } }) => {
    hear();
    member = false;
    if (restart || leaving || isOutage(error)) return;
    const why = codecTrouble(error) ?? explain(error);
    fail(new SsoLinkError('consumer_stopped', `the consumer has stopped for good: ${why}`));
  });

  const watchdog = setInterval(() => {
    const now = Date.now();
    const stuck = [...handlers].some(({ since }) => now - since > STUCK_MS);
    if (stuck) fail(new SsoLinkError('consumer_stuck', `a chunk has not ended within ${STUCK_MS / 1_000} s`));
    else if (handlers.size === 0 && now - heard > SILENT_MS) {
      fail(new SsoLinkError('consumer_stuck', `nothing heard of the consumer for ${SILENT_MS / 1_000} s`));
    }
  }, LOOK_EVERY_MS);
  watchdog.unref();

  return {
    isMember: () => member && (handlers.size > 0 || Date.now() - heard < SILENT_MS / 2),
    failed,
    async watch(handle) {
      const handler = { since: Date.now() };
      handlers.add(handler);
      try {
        return await handle();
      } finally {
        handlers.delete(handler);
        hear();
      }
    },
    leave() {
      leaving = true;
      clearInterval(watchdog);
    },
  };
}
