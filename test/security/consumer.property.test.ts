/** Row 68 and the topics: whatever bytes come, each record ends as a result or as a dead letter. */
import fc from 'fast-check';
import t from 'tap';
import type { IncomingRecord } from '../../src/kafka/records.ts';
import { linkChunk } from '../../src/linking/retry.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';

const database = await testDatabase(t);
const { sql } = database;
const world = worldOf(database);
const acme = await world.company('acme');
const rival = await world.company('rival');
await world.user('ceo', { company: rival });
await world.account('ceo', 'ceo@rival.example');
await world.user('colleague', { company: acme });
await world.account('colleague', 'colleague@acme.example');

type Json = Record<string, unknown>;

/** What a consumer of the topic with write access might try; `original` is a login that was recorded. */
type Forge = (original: IncomingRecord, data: Json) => Partial<IncomingRecord>;

const value = (data: unknown) => ({ value: Buffer.from(JSON.stringify(data) ?? 'undefined') });
const bytes = fc.uint8Array({ maxLength: 400 }).map((all) => Buffer.from(all));
const field = fc.constantFrom(
  ...['login_id', 'sso_identity_id', 'company_id', 'company', 'sso_client_id', 'issuer', 'subject', 'email'],
  ...['email_verified', 'name', 'groups', 'authenticated_at', 'first_login', '__proto__', 'extra'],
);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '\ud800', 'a'.repeat(100_000)));
const headers = fc.dictionary(
  fc.oneof(fc.constantFrom('ce_type', 'ce_id', 'traceparent', '__proto__'), fc.string({ unit: 'binary' })),
  text,
  { maxKeys: 4 },
);
const forged: fc.Arbitrary<Forge> = fc.oneof(
  bytes.map(
    (raw): Forge =>
      () => ({ value: raw }),
  ),
  fc.json().map(
    (json): Forge =>
      () => ({ value: Buffer.from(json) }),
  ),
  fc.constant<Forge>(() => ({ value: null })),
  fc.tuple(field, fc.oneof(fc.anything(), text, fc.uuid())).map(
    ([name, other]): Forge =>
      (_, data) => {
        // What JSON can't hold (a bigint, a circle) is left out of it.
        try {
          return value({ ...data, [name]: other });
        } catch {
          return { value: bufferOf(data, name) };
        }
      },
  ),
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([at, byte]): Forge =>
      ({ value: whole }) => {
        const altered = Buffer.from(whole ?? '');
        altered.writeUInt8(byte, at % altered.length);
        return { value: altered };
      },
  ),
  fc.nat().map(
    (at): Forge =>
      ({ value: whole }) => ({ value: whole?.subarray(0, at % whole.length) ?? null }),
  ),
  headers.map(
    (over): Forge =>
      (original) => ({ headers: { ...original.headers, ...over } }),
  ),
  bytes.map(
    (key): Forge =>
      () => ({ key }),
  ),
  // The person's own login, said to be of the other company, or of its CEO's email.
  fc.constant<Forge>((_, data) => value({ ...data, company_id: rival.id, company: rival.slug })),
  fc.constant<Forge>((_, data) => value({ ...data, email: 'ceo@rival.example', email_verified: true })),
  // Or of a colleague's, whose domain is proven.
  fc.constant<Forge>((_, data) => value({ ...data, email: 'colleague@acme.example', email_verified: true })),
);

function bufferOf(data: Json, without: string): Buffer {
  const { [without]: _, ...rest } = data;
  return Buffer.from(JSON.stringify(rest));
}

t.test(
  'rows 68, 69, property: any bytes end as a result or a dead letter, and link nobody elsewhere',
  async (t) => {
    let n = 0;
    const ends = { results: 0, deadLetters: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(forged), { minLength: 1, maxLength: 8 }), async (forges) => {
        const records: IncomingRecord[] = [];
        for (const forge of forges) {
          const original = await world.login(acme, { subject: `s${n++}` });
          const data = JSON.parse(String(original.value)) as Json;
          records.push(forge ? world.record({ ...original, ...forge(original, data) }) : original);
        }
        const report = await linkChunk(database, records);
        ends.results += report.results.length;
        ends.deadLetters += report.deadLetters.length;
        // Each ends once. Two records may be forged to one login: then one of them is a duplicate.
        const all = report.results.length + report.duplicates + report.deadLetters.length;
        const untouched = records.filter((_, i) => forges[i] === null) as (IncomingRecord & {
          loginId: string;
        })[];
        const decided = new Set(report.results.map((result) => result.login_id));
        return all === records.length && untouched.every(({ loginId }) => decided.has(loginId));
      }),
      { numRuns: 150 },
    );
    t.ok(
      ends.results > 100 && ends.deadLetters > 100,
      `${ends.results} results, ${ends.deadLetters} dead letters`,
    );
    const [kept] = await sql`SELECT count(*)::int AS n FROM dead_letters`;
    t.equal(kept?.n, ends.deadLetters, 'each dead letter is kept');
    const across = await sql`
    SELECT FROM sso_identities i JOIN users u ON u.id = i.user_id 
    WHERE u.company_id IS DISTINCT FROM i.company_id OR u.id IN ('ceo', 'colleague')`;
    t.equal(across.length, 0, 'nobody is linked across companies, or to a colleague');
  },
);
