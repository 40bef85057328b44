/**
 * Repairs of kafkajs 2.2.4, whose last release is of 2023.
 *
 * #1556, #1704: each connection's request queue sets a timer every millisecond, for ever, pending requests or
 * not. Here a timer is set only while something is pending, and for 10 ms at least.
 *
 * Its sockets leave Nagle's algorithm on: a request that follows another waits until the broker's kernel has
 * acknowledged the first, 40 ms on Linux.
 */
import type { ISocketFactory } from 'kafkajs';
// @ts-expect-error: the file has no types
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
// @ts-expect-error: the file has no types
import createSocketFactory from 'kafkajs/src/network/socketFactory.js';

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

const connect: ISocketFactory = createSocketFactory();

/** kafkajs's own sockets, that send at once. */
export const socketFactory: ISocketFactory = (options) => connect(options).setNoDelay(true);
