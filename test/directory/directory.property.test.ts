/**
 * Random sequences of SCIM requests, sign-ins and acts of operators, against a real database. Beside each sequence a
 * second company without a directory lives through the same sign-ins and acts: nobody comes in at the first one who
 * would not come in at the second.
 */
import fc from 'fast-check';
import t from 'tap';
import { setUserStatus } from '../../src/accounts/users.ts';
import type { Transaction } from '../../src/db/client.ts';
import { forgetDirectoryUser, setDirectoryEnabled } from '../../src/directory/directory.ts';
import { directoryAtLogin } from '../../src/directory/login-binding.ts';
import type { DirectoryCaller } from '../../src/directory/tokens.ts';
import { createUser, deleteUser, patchUser, replaceUser } from '../../src/directory/users.ts';
import { codeOf } from '../../src/errors.ts';
import { newId, ssoIdentityId } from '../../src/ids.ts';
import { previewLogin } from '../../src/policy/preview-login.ts';
import { worldOf } from '../linking/world.ts';
import { testDatabase } from '../support/database.ts';

const RUNS = Number(process.env.DIRECTORY_SEQUENCES ?? 100);
const PEOPLE = ['ann', 'bob', 'cid'];
const person = fc.constantFrom(...PEOPLE);
const maybe = fc.option(fc.boolean(), { nil: undefined });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sign in' as const), person }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('post', 'put', 'patch', 'delete'),
      name: person,
      externalId: fc.option(person, { nil: undefined }),
      active: maybe,
      place: fc.nat(3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('suspend', 'resume'), person }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('forget'), person }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('enable', 'disable') }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const EXPECTED = /^(scim_uniqueness|scim_not_found|scim_invalid_value|directory_user_not_found)$/;

/** Some 30 ms for a sequence on a free machine. */
const TIMEOUT_MS = 120_000 + 500 * RUNS;
t.setTimeout(TIMEOUT_MS);

t.test(`${RUNS} sequences`, { timeout: TIMEOUT_MS }, async (t) => {
  const database = await testDatabase(t);
  const { sql, transaction } = database;
  const world = worldOf(database);
  let companies = 0;
  let [sequences, signIns, blocked] = [0, 0, 0];

  /** A company whose people have a user each, linked, and who have signed in or not. */
  async function prepare() {
    const company = await world.company(`c${++companies}`);
    const users = new Map<string, string>();
    for (const name of PEOPLE) users.set(name, await world.user(`${company.slug}-${name}`, { company }));
    const id = (subject: string) => ssoIdentityId(company.id, 'https://oauth.id.example/', subject);
    const email = (name: string) => `${name}@${company.domain}`;
    return { company, users, id, email };
  }
  type Side = Awaited<ReturnType<typeof prepare>>;

  /** As the server records a login, and the worker decides it. @returns whether the person comes in */
  async function signIn({ company, users, id, email }: Side, name: string): Promise<boolean> {
    const login = { companyId: company.id, identityId: id(name), subject: name, email: email(name) };
    await transaction(async (tx) => {
      await directoryAtLogin.lock(tx, login);
      await tx.sql`
        INSERT INTO sso_identities (id, company_id, issuer, subject, email, user_id)
        VALUES (${id(name)}, ${company.id}, 'https://oauth.id.example/', ${name}, ${email(name)},
          ${users.get(name) ?? null})
        ON CONFLICT (id) DO UPDATE SET last_login_at = now()`;
      await directoryAtLogin.bind(tx, { ...login, loginId: newId() });
    });
    const decision = await previewLogin(database, { ...login, emailVerified: true });
    return decision.userId !== null;
  }

  async function request(tx: Transaction, { company, email }: Side, asked: Step): Promise<void> {
    if (!('place' in asked)) return;
    const caller: DirectoryCaller = { companyId: company.id, company: company.slug, actor: 'directory:test' };
    const rows = await tx.sql<{ id: string }[]>`
      SELECT id FROM directory_users WHERE company_id = ${company.id} AND deleted_at IS NULL ORDER BY id`;
    const id = rows[asked.place % Math.max(1, rows.length)]?.id ?? newId();
    const { externalId, active } = asked;
    const body = {
      userName: email(asked.name),
      ...(externalId !== undefined && { externalId }),
      ...(active !== undefined && { active }),
    };
    if (asked.kind === 'post') await createUser(tx, caller, body);
    else if (asked.kind === 'put') await replaceUser(tx, caller, { id, body });
    else if (asked.kind === 'delete') await deleteUser(tx, caller, id);
    else await patchUser(tx, caller, { id, body: { Operations: [{ op: 'replace', value: body }] } });
  }

  async function apply(side: Side, asked: Step, hasDirectory: boolean): Promise<void> {
    const { company, users, email } = side;
    await transaction(async (tx) => {
      if ('place' in asked) return hasDirectory ? request(tx, side, asked) : undefined;
      if (asked.kind === 'suspend' || asked.kind === 'resume') {
        const status = asked.kind === 'suspend' ? 'suspended' : 'active';
        return void (await setUserStatus(tx, 'operator:test', users.get(asked.person) ?? '', status));
      }
      if (!hasDirectory) return;
      const slug = company.slug;
      if (asked.kind === 'forget') {
        await forgetDirectoryUser(tx, 'operator:test', { slug, who: email(asked.person) });
      } else await setDirectoryEnabled(tx, 'operator:test', { slug, enabled: asked.kind === 'enable' });
    }).catch((error: unknown) => {
      if (!EXPECTED.test(codeOf(error) ?? '')) throw error;
    });
  }

  const statuses = async ({ users }: Side) =>
    (await sql`SELECT status FROM users WHERE id = ANY(${[...users.values()]}::text[]) ORDER BY id`).map(
      ({ status }) => status,
    );

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      sequences++;
      if (sequences % 1_000 === 0) t.comment(`${sequences} sequences`);
      const [here, there] = [await prepare(), await prepare()];
      await apply(here, { kind: 'enable' }, true);
      for (const asked of steps) {
        if (asked.kind === 'sign in') {
          const [comes, would] = [await signIn(here, asked.person), await signIn(there, asked.person)];
          signIns++;
          if (would && !comes) blocked++;
          if (comes && !would) return false;
          continue;
        }
        const before = await statuses(here);
        const blocks = await states(here);
        await apply(here, asked, true);
        await apply(there, asked, false);
        // A directory changes no user, and an operator's word on a user changes no directory's.
        if ('place' in asked && String(await statuses(here)) !== String(before)) return false;
        const ofUsers = asked.kind === 'suspend' || asked.kind === 'resume';
        if (ofUsers && String(await states(here)) !== String(blocks)) return false;
      }
      return true;
    }),
    { numRuns: RUNS },
  );
  t.ok(blocked > signIns / 50, `${signIns} sign-ins, ${blocked} of them blocked by the directory alone`);

  async function states({ company }: Side) {
    const rows = await sql`
      SELECT directory_state AS state FROM sso_identities WHERE company_id = ${company.id} ORDER BY id`;
    return rows.map(({ state }) => state);
  }
});
