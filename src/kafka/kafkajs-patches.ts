/**
 * Repairs of kafkajs 2.2.4, whose last release is of 2023.
 *
 * #1556, #1704: each connection's request queue sets a timer every millisecond, whether there are pending requests or
 * not. Here a timer is set only while something is pending, and for 10 ms at least.
 *
 * Its sockets leave Nagle's algorithm on: a request that follows another waits until the broker's kernel has
 * acknowledged the first, 40 ms on Linux. It reads TLS files never again, and an IPv6 literal of `brokers` not at all.
 *
 * It ends a connection that is gone again and again. Each `unref` of a socket without a handle adds a listener, until Node
 * warns of a leak on standard error.
 *
 * Of a topic that is refused it drops the broker's sentence, a topic policy's for example.
 */
import './kafkajs-encoder-patch.ts';
import { connect } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
// @ts-expect-error: the file has no types
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
// @ts-expect-error: the file has no types
import createTopicsV2 from 'kafkajs/src/protocol/requests/createTopics/v2/response.js';
// @ts-expect-error: the file has no types
import createTopicsV3 from 'kafkajs/src/protocol/requests/createTopics/v3/response.js';

const CHECK_MS = 10;

interface Queue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests(this: Queue) {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    Math.max(this.throttledUntil - Date.now(), CHECK_MS),
  );
};

const KEEP_ALIVE_MS = 60_000;
const IPV6_SUFFIX = '.ipv6-literal';

/** `[::1]:9092` in a form that kafkajs can split at the colon; its socket factory translates it back. */
export function ipv6Alias(broker: string): string {
  const [, address, port] = /^\[([^\]]+)\]:(\d+)$/.exec(broker) ?? [];
  return address === undefined ? broker : `${address.replaceAll(':', '_')}${IPV6_SUFFIX}:${port}`;
}

/** @param tlsOptions of a connection to this host; undefined for none. Called for each connection */
export function createSocketFactory(
  tlsOptions: (host: string) => ConnectionOptions | undefined,
): ISocketFactory {
  return ({ host: name, port, onConnect }) => {
    const host = name.endsWith(IPV6_SUFFIX) ? name.slice(0, -IPV6_SUFFIX.length).replaceAll('_', ':') : name;
    const tls = tlsOptions(host);
    const socket = tls ? connectTls({ host, port, ...tls }, onConnect) : connect({ host, port }, onConnect);
    const unref = socket.unref.bind(socket);
    socket.unref = () => (socket.destroyed ? socket : unref());
    return socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
  };
}

interface TopicErrors {
  topicErrors: { topic: string; errorMessage: string | null }[];
}

/** The versions that brokers from 3.7 on speak. */
for (const version of [createTopicsV2, createTopicsV3]) {
  const parse = version.parse as (data: TopicErrors) => Promise<unknown>;
  version.parse = async (data: TopicErrors) => {
    try {
      return await parse(data);
    } catch (error) {
      for (const refused of (error as { errors?: (Error & { topic?: string })[] }).errors ?? []) {
        const said = data.topicErrors.find(({ topic }) => topic === refused.topic)?.errorMessage;
        if (said) refused.message = said;
      }
      throw error;
    }
  };
}
