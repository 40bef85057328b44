import t from 'tap';
import { AUTHENTICATED, ERASED, LINKED, REMOVED, RESULTS } from '../../scripts/contracts/examples.ts';
import { type KafkaRecord, parseEvent } from '../../src/events/index.ts';
import { linkRemoved } from '../../src/events/link-removed.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { userErased } from '../../src/events/user-erased.ts';
import { userLinked } from '../../src/events/user-linked.ts';
import { published, resultRecord } from './records.ts';

const metadata = {
  id: 'an-id',
  source: 'urn:sso-link:test',
  time: new Date('2026-11-24T09:30:00Z'),
  subject: AUTHENTICATED.sso_identity_id,
};

const changed = (change: (data: Record<string, unknown>) => void): KafkaRecord => {
  const record = resultRecord();
  const data = JSON.parse(String(record.value));
  change(data);
  return { ...record, value: Buffer.from(JSON.stringify(data)) };
};

t.test('each event comes out as what went in', async (t) => {
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  t.same(parseEvent(published(ssoAuthenticated.create({ ...metadata, trace }, AUTHENTICATED), 7)), {
    type: 'user.sso_authenticated',
    ...metadata,
    sequence: 7n,
    trace,
    data: AUTHENTICATED,
  });
  t.same(parseEvent(published(linkRemoved.create(metadata, REMOVED))).data, REMOVED);
  t.same(parseEvent(published(userLinked.create(metadata, LINKED))).data, LINKED);
  t.same(parseEvent(published(userErased.create(metadata, ERASED))).data, ERASED);
  const { cause: _, ...earlier } = REMOVED;
  t.same(parseEvent(published(linkRemoved.create(metadata, earlier))).data, earlier, 'of an earlier version');
  for (const result of Object.values(RESULTS)) t.same(parseEvent(resultRecord(result)).data, result);
});

t.test('headers may be text, bytes, or several; the last one counts', async (t) => {
  const record = resultRecord();
  const headers = Object.fromEntries(
    Object.entries(record.headers ?? {}).map(([name, value]) => [
      name,
      ['other', Buffer.from(String(value))],
    ]),
  );
  t.same(parseEvent({ ...record, headers }), parseEvent(record));
  t.same(parseEvent({ ...record, value: String(record.value) }), parseEvent(record));
  const value = new Uint8Array(Buffer.from(` ${record.value}`)).subarray(1);
  t.same(parseEvent({ ...record, value }), parseEvent(record), 'and the value a view of something larger');
});

t.test('what a later version adds is let through', async (t) => {
  const read = parseEvent(
    changed((data) => {
      data.added = { any: 'thing' };
      data.outcome = 'deferred';
      data.reason = 'a_later_reason';
      (data.evidence as Record<string, unknown>).added = 1;
      (data.matched as Record<string, unknown>[])[0] = { ...RESULTS.linked.matched[0], added: true };
    }),
  );
  t.match(read.data, { outcome: 'deferred', reason: 'a_later_reason', added: { any: 'thing' } });
  t.match(read.data, { evidence: { added: 1 }, matched: [{ added: true }] });
});

t.test('what can’t be read is refused by a code, and never quoted', async (t) => {
  const record = resultRecord();
  const without = (name: string) => ({ ...record, headers: { ...record.headers, [name]: undefined } });
  const unreadable: [KafkaRecord, RegExp][] = [
    [{ value: null }, /headers.*ce_specversion/],
    [without('ce_id'), /headers.*ce_id/],
    [without('ce_sequence'), /headers.*ce_sequence/],
    [{ ...record, headers: { ...record.headers, ce_specversion: '2.0' } }, /headers\/ce_specversion/],
    [{ ...record, headers: { ...record.headers, ce_time: '2026-99-99T00:00:00Z' } }, /ce_time is no time/],
    [{ ...record, value: null }, /no value/],
    [{ ...record, value: 'secret@acme.example' }, /not JSON/],
    [changed((data) => delete data.login_id), /login_id/],
    [changed((data) => (data.user_id = { secret: 1 })), /user_id/],
    [changed((data) => (data.outcome = 1)), /outcome/],
  ];
  for (const [bad, message] of unreadable) {
    t.throws(() => parseEvent(bad), { code: 'event_invalid', message });
    t.throws(() => parseEvent(bad), { message: /^(?!.*secret)/ });
  }
});

t.test('an event of a later version has a code of its own', async (t) => {
  const record = resultRecord();
  const later = { ...record, headers: { ...record.headers, ce_type: 'user.link_moved' } };
  t.throws(() => parseEvent(later), { code: 'event_type_unknown', message: /user\.link_moved/ });
});

t.test('headers in the form of every client', async (t) => {
  const record = resultRecord();
  const pairs = Object.entries(record.headers ?? {}).map(
    ([name, value]) => [name, Buffer.from(String(value))] as const,
  );
  const expected = parseEvent(record);
  const forms: Record<string, KafkaRecord['headers']> = {
    'kafkajs, Confluent': Object.fromEntries(pairs),
    '@platformatic/kafka, a Map of texts': new Map(pairs),
    '@platformatic/kafka, a Map of bytes': new Map(pairs.map(([name, value]) => [Buffer.from(name), value])),
    'node-rdkafka, one object per header': pairs.map(([name, value]) => ({ [name]: value })),
    'a list of key and value': pairs.map(([key, value]) => ({ key, value })),
    'the last of a repeated one': [
      { ce_id: Buffer.from('other') },
      ...pairs.map(([name, value]) => ({ [name]: value })),
    ],
  };
  for (const [form, headers] of Object.entries(forms))
    t.same(parseEvent({ ...record, headers }), expected, form);
});

t.test('whatever cannot be read is invalid, never another exception', async (t) => {
  const record = resultRecord();
  const anything = [
    null,
    undefined,
    7,
    'text',
    [],
    [null],
    [[]],
    [7],
    new Map([[7, 7]]),
    { ce_id: 7 },
    { ce_id: {} },
  ];
  for (const headers of anything) {
    t.throws(() => parseEvent({ ...record, headers: headers as never }), { code: 'event_invalid' });
  }
  for (const value of [7, {}, [], true, undefined, null]) {
    t.throws(() => parseEvent({ ...record, value: value as never }), { code: 'event_invalid' });
  }
});
