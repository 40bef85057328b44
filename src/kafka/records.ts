/**
 * The small interface between this service and the stream, so that another client can implement it:
 * kafkajs in src/kafka/, an in-process stream in dev/.
 */

/** A header's value: Kafka allows none. */
export type HeaderValue = string | Buffer | null;

/** Headers in full: a name that comes several times has a list of values, in order. */
export type RecordHeaders = Record<string, HeaderValue | HeaderValue[]>;

export interface OutgoingRecord {
  key: Buffer | null;
  value: Buffer | null;
  headers: RecordHeaders;
}

export interface RecordSender {
  /**
   * Sends records to one partition, in order; resolves when the response names that partition without an
   * error, with acks from all in-sync replicas. One send at a time for a partition.
   * @param topic without the prefix
   * @throws SsoLinkError `kafka_unavailable` (try again) or `record_unsendable` (these records, never)
   */
  send(topic: string, partition: number, records: OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface IncomingRecord {
  /** Without the prefix. */
  topic: string;
  partition: number;
  offset: bigint;
  key: Buffer | null;
  value: Buffer | null;
  /** As texts; the last value of a name that came several times. */
  headers: Record<string, string>;
  /** As they came. Absent where `headers` says all. */
  rawHeaders?: RecordHeaders;
  /** When the broker or the producer stamped it, ms since the epoch. */
  timestamp: number;
}

export interface ConsumeOptions {
  /** Without the prefix. */
  topic: string;
  groupId: string;
  /**
   * Records of one partition or of several, each partition's in offset order, `maxChunk` at most. The offsets are
   * committed after it resolves. All or nothing: where it throws, all of them come again.
   */
  onChunk(records: IncomingRecord[]): Promise<void>;
  maxChunk?: number;
}

export interface RecordConsumer {
  /** Whether it is a member of its group and takes records: what readiness asks. */
  isRunning(): boolean;
  /** Resolves once it takes no more records and what was under way is committed. */
  stop(): Promise<void>;
  /** Rejects when the consumer has stopped for good: the process must end and be restarted. */
  failed: Promise<never>;
}

export interface Stream {
  sender(): Promise<RecordSender>;
  consume(options: ConsumeOptions): Promise<RecordConsumer>;
}
