import type { IHeaders, Kafka, Producer, RecordMetadata } from 'kafkajs';
import { SsoLinkError } from '../errors.ts';
import { withTimeout } from '../promises.ts';
import { unavailable } from './client.ts';
import { NULL_HEADER } from './kafkajs-encoder-patch.ts';
import type { HeaderValue, OutgoingRecord, RecordHeaders, RecordSender } from './records.ts';
import { isStuck, refuseUnencodable, sendError } from './send-errors.ts';

/** A round of the relay begins no send after 2 s, and its transaction may idle for 10 s: 2 + 7 is below. */
const SEND_DEADLINE_MS = 7_000;
const ACK_TIMEOUT_MS = 4_500;
/** What the client of a sender is made with. */
export const SENDER_REQUEST_TIMEOUT_MS = 5_000;

/**
 * Sends to one partition at a time. Over several partitions a send can resolve although one of them was never
 * written (kafkajs #1303), and the idempotent producer loses and reorders (#1005, #598, #1790): so acks by all
 * replicas, one send in flight a partition, and consumers that know an event's id.
 * @param newClient called again when the producer has to be replaced
 * @param options.deadline of a send, in milliseconds
 * @throws SsoLinkError `kafka_unavailable`
 */
export async function createSender(
  newClient: () => Kafka,
  prefix: string,
  { deadline = SEND_DEADLINE_MS } = {},
): Promise<RecordSender> {
  const lastOf = new Map<string, Promise<unknown>>();
  let current: Promise<Producer> | undefined;

  function producer(): Promise<Producer> {
    if (current === undefined) {
      const opening = openProducer(newClient());
      opening.catch(() => drop(opening));
      current = opening;
    }
    return current;
  }

  /**
   * A producer that hangs is abandoned: a new one asks again which broker leads which partition. The old one is closed when
   * its sends have ended, since one that continues would open a connection that is never closed.
   */
  function drop(broken: Promise<Producer>): void {
    if (current === broken) current = undefined;
    void withTimeout(deadline, Promise.allSettled(lastOf.values()), () => undefined)
      .then(async () => (await broken).disconnect())
      .catch(() => {});
  }

  async function send(topic: string, partition: number, records: OutgoingRecord[]): Promise<void> {
    refuseUnencodable(records);
    const line = `${topic}/${partition}`;
    const before = lastOf.get(line);
    let used: Promise<Producer> | undefined;
    let late = false;
    const sending = (async () => {
      await before?.catch(() => {});
      const ready = await producer().catch((error) => {
        throw unavailable(error);
      });
      if (late) return [];
      used = current;
      return ready.send({
        topic,
        acks: -1,
        timeout: ACK_TIMEOUT_MS,
        messages: records.map(({ key, value, headers }) => ({
          key,
          value,
          headers: kafkajsHeaders(headers),
          partition,
        })),
      });
    })();
    lastOf.set(line, sending);
    try {
      const receipts = await withTimeout(deadline, sending, () => {
        throw new Error(`no answer within ${deadline} ms`);
      });
      if (!names(receipts, topic, partition)) {
        throw new SsoLinkError('kafka_unavailable', `no receipt for ${line}`);
      }
    } catch (error) {
      late = true;
      if (used !== undefined && isStuck(error)) drop(used);
      throw sendError(error);
    } finally {
      // What an abandoned send sends a second time follows the first: the order holds.
      if (lastOf.get(line) === sending) lastOf.delete(line);
    }
  }

  await producer().catch((error) => {
    throw unavailable(error);
  });
  return {
    send: (topic, partition, records) => send(prefix + topic, partition, records),
    async close() {
      await Promise.allSettled(lastOf.values());
      await current?.then((last) => last.disconnect()).catch(() => {});
    },
  };
}

/** Copies only headers that have no value somewhere: those of dead letters. */
function kafkajsHeaders(headers: RecordHeaders): IHeaders {
  if (!Object.values(headers).some((value) => value === null || Array.isArray(value))) {
    return headers as IHeaders;
  }
  const encodable = (value: HeaderValue) => value ?? NULL_HEADER;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(encodable) : encodable(value),
    ]),
  );
}

async function openProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    // Every record names its partition: the default partitioner would look at all partitions for each.
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
    allowAutoTopicCreation: false,
    idempotent: false,
    retry: { retries: 1 },
  });
  await producer.connect();
  return producer;
}

function names(receipts: RecordMetadata[], topic: string, partition: number): boolean {
  return receipts.some((r) => r.topicName === topic && r.partition === partition && r.errorCode === 0);
}
