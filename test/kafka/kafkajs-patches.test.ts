import { createRequire } from 'node:module';
import t from 'tap';
import '../../src/kafka/kafkajs-patches.ts';
import { until } from '../support/until.ts';

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js');

function queue() {
  const quiet = { debug() {}, warn() {} };
  return new RequestQueue({
    maxInFlightRequests: null,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test',
    logger: quiet,
  });
}

function push(requests: ReturnType<typeof queue>, sent: number[], correlationId: number) {
  requests.push({
    entry: { correlationId, resolve() {}, reject() {} },
    expectResponse: true,
    sendRequest: () => sent.push(correlationId),
  });
}

t.test('a connection without pending requests sets no timer (kafkajs #1556, #1704)', async (t) => {
  const requests = queue();
  requests.checkPendingRequests();
  t.equal(requests.throttleCheckTimeoutId, null);
  const sent: number[] = [];
  push(requests, sent, 1);
  requests.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
  t.same(sent, [1]);
  t.equal(requests.throttleCheckTimeoutId, null);
});

t.test('what a broker throttled is sent when the time has come, in order', async (t) => {
  const requests = queue();
  const sent: number[] = [];
  requests.maybeThrottle(60);
  const before = Date.now();
  push(requests, sent, 1);
  push(requests, sent, 2);
  t.not(requests.throttleCheckTimeoutId, null);
  t.same(sent, []);
  await until(() => sent.length === 2);
  t.ok(Date.now() - before >= 59);
  t.same(sent, [1, 2]);
  t.equal(requests.throttleCheckTimeoutId, null);
});
