/** The repair that the service makes, too (src/kafka/kafkajs-patches.ts): a limit must not be slow by that fault. */
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests() {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    Math.max(this.throttledUntil - Date.now(), 10),
  );
};
