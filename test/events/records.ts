import { RESULTS } from '../../scripts/contracts/examples.ts';

import type { OutgoingEvent } from '../../src/events/event.ts';
import type { KafkaRecord } from '../../src/events/index.ts';
import { type LinkResult, linkResult } from '../../src/events/link-result.ts';
import { newId } from '../../src/ids.ts';

/** As the relay sends it. */
export function published(event: OutgoingEvent, sequence = 1): KafkaRecord & { key: Buffer | null } {
  return { key: event.key, value: event.payload, headers: { ...event.headers, ce_sequence: `${sequence}` } };
}

/** A record of `user.link_result`; the id is its own each time. */
export function resultRecord(data: LinkResult = RESULTS.linked, id = newId()) {
  const time = new Date(data.decided_at);
  return published(
    linkResult.create({ id, source: 'urn:sso-link:worker', time, subject: data.sso_identity_id }, data),
  );
}
