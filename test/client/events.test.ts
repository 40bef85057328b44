/** The built package reads as src/events/ does, without a schema library. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import {
  AUTHENTICATED,
  DEPROVISIONED,
  ERASED,
  LATE_MATCH,
  LINKED,
  REMOVED,
  REPROVISIONED,
  RESULTS,
  REVOKED,
  SSO_CHANGED,
  STATE,
} from '../../scripts/contracts/examples.ts';
import { codeOf } from '../../src/errors.ts';
import { EVENTS } from '../../src/events/catalog.ts';
import * as source from '../../src/events/index.ts';
import { published, resultRecord } from '../events/records.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = await mkdtemp(join(tmpdir(), 'sso-link-client-'));
t.teardown(() => rm(DIST, { recursive: true }));
execFileSync(process.execPath, ['--import', 'tsx', 'scripts/client/build.ts', DIST], {
  cwd: ROOT,
  stdio: 'inherit',
});
const built: typeof source = await import(`${DIST}/events.js`);
const required: typeof source = createRequire(import.meta.url)(`${DIST}/events.cjs`);

const metadata = { id: 'an-id', source: 'urn:sso-link:test', time: new Date(0), subject: 'an-identity' };
const samples: Record<string, object[]> = {
  'user.sso_authenticated': [AUTHENTICATED],
  'user.link_result': Object.values(RESULTS),
  'user.link_removed': [REMOVED],
  'user.linked': [LINKED],
  'user.erased': [ERASED],
  'user.deprovisioned': [DEPROVISIONED],
  'user.reprovisioned': [REPROVISIONED],
  'user.late_match': [LATE_MATCH],
  'user.sessions_revoked': [REVOKED],
  'identity.state': [STATE],
  'company.sso_changed': [SSO_CHANGED],
};

function read(events: typeof source, record: source.KafkaRecord): unknown {
  try {
    return events.parseEvent(record);
  } catch (error) {
    return codeOf(error);
  }
}

t.test('the package has the exports and constants of src/events/', async (t) => {
  for (const events of [built, required]) {
    t.same(Object.keys(events).sort(), Object.keys(source).sort());
    const { OUTCOMES, REASONS, TOPICS, DEAD_LETTER_TOPIC } = source;
    t.match(events, { OUTCOMES, REASONS, TOPICS, DEAD_LETTER_TOPIC });
  }
  const code = await readFile(`${DIST}/events.js`, 'utf8');
  t.notMatch(code, /typebox|^import /m, 'it imports nothing');
});

t.test('each event, each field missing or of another type: the same answer', async (t) => {
  let compared = 0;
  for (const { type, create } of EVENTS as unknown as {
    type: string;
    create: (typeof EVENTS)[1]['create'];
  }[]) {
    t.ok(samples[type]?.length, `${type} has a sample`);
    for (const sample of samples[type] ?? []) {
      const record = published(create(metadata, sample as never));
      compare(record, sample);
      for (const name of Object.keys(sample)) {
        for (const value of [undefined, null, 7, '', 'text', [], {}, true]) {
          compare({ ...record, value: JSON.stringify({ ...sample, [name]: value }) }, { [name]: value });
        }
      }
    }
  }
  t.ok(compared > 400, `${compared} records`);

  function compare(record: source.KafkaRecord, what: unknown): void {
    compared += 1;
    const expected = read(source, record);
    for (const events of [built, required]) {
      const found = read(events, record);
      if (JSON.stringify(found, text) !== JSON.stringify(expected, text)) t.same(found, expected, `${what}`);
    }
  }
});

t.test('headers missing, odd, or of a later version: the same answer', async (t) => {
  const record = resultRecord();
  const headers = record.headers as Record<string, string>;
  for (const name of Object.keys(headers)) {
    for (const value of [undefined, null, '', 'x', Buffer.from('1'), ['x', '7']]) {
      const odd = { ...record, headers: { ...headers, [name]: value } };
      t.same(read(built, odd), read(source, odd), `${name}: ${value}`);
    }
  }
  const later = { ...record, headers: { ...headers, ce_type: 'user.link_moved' } };
  t.equal(read(built, later), 'event_type_unknown');
});

const text = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
