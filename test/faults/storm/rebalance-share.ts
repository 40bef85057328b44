import { Kafka, logLevel } from 'kafkajs';
import { LINKING_GROUP } from '../../../src/events/topics.ts';

const EVERY_MS = 250;

/**
 * Asks the brokers for the state of the worker's group, four times a second.
 * @param options.brokers past every proxy
 * @returns a function that ends it: the share of its answers by state; those of a coordinator that is down are left out
 */
export function watchGroup(options: {
  brokers: string[];
  prefix: string;
}): () => Promise<Record<string, number>> {
  const kafka = new Kafka({ brokers: options.brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const admin = kafka.admin();
  const counts: Record<string, number> = {};
  let answers = 0;
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const { groups } = await admin.describeGroups([options.prefix + LINKING_GROUP]);
      const state = groups[0]?.state ?? 'Dead';
      // What a coordinator says that has just moved and knows of no group yet.
      if (state === 'Dead') return;
      counts[state] = (counts[state] ?? 0) + 1;
      answers += 1;
    } catch {
      await admin.connect().catch(() => {});
    }
  }

  const watching = (async () => {
    await admin.connect().catch(() => {});
    while (!stopped) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();

  return async () => {
    stopped = true;
    await watching;
    await admin.disconnect().catch(() => {});
    return Object.fromEntries(
      Object.entries(counts).map(([state, n]) => [state, Math.round((n / answers) * 1000) / 1000]),
    );
  };
}
