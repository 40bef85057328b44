import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { lockDirectory } from '../../src/directory/lock.ts';
import { operator } from '../commands/operator.ts';
import { raw, statusOf } from '../support/hostile/raw.ts';
import {
  activate,
  CORE_USER,
  directoryOf,
  ENTERPRISE,
  jumpCloudUser,
  minimalUser,
  scimWith,
} from '../support/scim-client.ts';
import { addCompany, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const service = await startService(t);
await addCompany(service, 'acme');
const { scim, token } = await directoryOf(service, 'acme');
const run = operator(service.env.DATABASE_URL ?? '', service.env);
const { sql } = service.database;
const ACTIVATION = [200, 200, 201, 200, 200, 200, 204, 201, 201, 200, 200, 204, 404];
let people = 0;
const email = () => `p${++people}@acme.test`;
const create = async (over: Record<string, unknown> = {}) => {
  const { status, body } = await scim('POST', '/Users', jumpCloudUser(email(), over));
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
};
const patch = (id: string, ...Operations: object[]) => scim('PATCH', `/Users/${id}`, { Operations });

t.test("JumpCloud's activation, twice", async (t) => {
  t.same(await activate(t, scim), ACTIVATION);
  t.same(await activate(t, scim), ACTIVATION);
});

t.test('broken off half-way it leaves the probe user behind, until an operator forgets it', async (t) => {
  t.same(await activate(t, scim, 4), ACTIVATION.slice(0, 4));
  t.equal((await activate(t, scim, 3))[2], 409);
  t.match(await run('directory forget acme test-user@acme.test'), { exitCode: 0 });
  t.same(await activate(t, scim), ACTIVATION);
});

t.test('what was created is echoed, unknown attributes are not', async (t) => {
  const given = jumpCloudUser(email());
  const { status, headers, body } = await scim('POST', '/Users', given, 'application/json');
  t.equal(status, 201);
  t.match(headers.get('content-type'), /^application\/scim\+json/);
  t.equal(headers.get('location'), `${service.url}/scim/v2/Users/${body.id}`);
  const { externalId, userName, displayName, name, emails } = given;
  t.match(body, { schemas: [CORE_USER], externalId, userName, displayName, name, emails, active: true });
  t.notOk('locale' in body);
});

t.test('the minimal PUT keeps externalId, emails and, where it is absent, active', async (t) => {
  const { id, userName, externalId, emails } = await create();
  const put = await scim('PUT', `/Users/${id}`, minimalUser(id, userName, { active: false }));
  t.match(put, { status: 200, body: { externalId, emails, active: false } });
  const { active: _, ...without } = minimalUser(id, userName);
  t.match((await scim('PUT', `/Users/${id}`, without)).body, { active: false });
  const other = minimalUser('another-id', userName, { active: null });
  t.match(
    (await scim('PUT', `/Users/${id}`, other)).body,
    { id, active: false },
    'null and an id are ignored',
  );
});

t.test('active:false beside unknown attributes is not lost', async (t) => {
  const { id } = await create();
  const value = { active: false, nickName: 'x', [ENTERPRISE]: { department: 'y' }, 'a[b': 1 };
  t.match(await patch(id, { op: 'Replace', value }), { status: 200, body: { active: false } });
  t.match(await patch(id, { op: 'replace', value: { active: null, userName: null } }), {
    ...{ status: 200, body: { active: false } },
  });
  const path = `${ENTERPRISE}:department`;
  const both = [
    { op: 'replace', path, value: 'z' },
    { op: 'replace', path: 'active', value: 'True' },
  ];
  t.match(await patch(id, ...both), { status: 200, body: { active: true } });
  t.match(await patch(id, { op: 'replace', path: `${CORE_USER}:active`, value: 'False' }), {
    body: { active: false },
  });
});

t.test('operations are all or nothing', async (t) => {
  const { id } = await create();
  const refused = await patch(
    id,
    { op: 'replace', path: 'active', value: false },
    { op: 'remove', path: 'userName' },
  );
  t.match(refused, { status: 400, body: { scimType: 'mutability', status: '400' } });
  t.match((await scim('GET', `/Users/${id}`)).body, { active: true });
  for (const [operations, scimType] of [
    [[], 'invalidSyntax'],
    [[{ op: 'move', path: 'active' }], 'invalidSyntax'],
    [[{ op: 'replace', path: 'active', value: 'maybe' }], 'invalidValue'],
    [[{ op: 'replace', path: 'a b', value: 1 }], 'invalidPath'],
    [[{ op: 'remove' }], 'noTarget'],
    [Array(101).fill({ op: 'replace', path: 'active', value: false }), 'tooMany'],
  ] as const) {
    t.match(await patch(id, ...operations), { status: 400, body: { scimType } }, scimType);
  }
});

t.test('emails by PATCH', async (t) => {
  const { id } = await create({ emails: [] });
  const work = 'emails[type eq "work"].value';
  t.match((await patch(id, { op: 'add', path: work, value: 'w@acme.test' })).body, {
    emails: [{ type: 'work', value: 'w@acme.test' }],
  });
  const home = { type: 'home', value: 'h@acme.test', primary: true };
  await patch(id, { op: 'add', path: 'emails', value: [home] });
  t.same((await patch(id, { op: 'replace', path: work, value: 'v@acme.test' })).body.emails, [
    { type: 'work', value: 'v@acme.test' },
    home,
  ]);
  t.same((await patch(id, { op: 'remove', path: 'emails[value eq "h@acme.test"]' })).body.emails, [
    { type: 'work', value: 'v@acme.test' },
  ]);
  t.notOk('emails' in (await patch(id, { op: 'remove', path: 'emails' })).body);
});

t.test('a repeated POST is 409 and changes nothing', async (t) => {
  const { id, userName } = await create({ active: false });
  const again = await scim('POST', '/Users', jumpCloudUser(userName.toUpperCase(), { active: true }));
  t.match(again, { status: 409, body: { scimType: 'uniqueness', status: '409' } });
  t.match((await scim('GET', `/Users/${id}`)).body, { active: false });
  const same = await scim('POST', '/Users', jumpCloudUser(userName, { active: false }));
  t.equal(same.status, 409);
  t.match((await scim('GET', `/Users/${id}`)).body, { active: false }, 'nor does the same request once more');
  const other = await create();
  const renamed = await scim('PUT', `/Users/${other.id}`, minimalUser(other.id, userName));
  t.equal(renamed.status, 409);
});

t.test('a numeric externalId is text, and no id', async (t) => {
  const { id } = await create({ externalId: 1 });
  t.match((await scim('GET', `/Users/${id}`)).body, { externalId: '1' });
  t.equal((await scim('GET', '/Users/1')).status, 404);
  t.equal((await scim('PUT', '/Users/1', minimalUser('1', 'x@acme.test'))).status, 404);
  const foreign = await create({ externalId: id });
  t.not(foreign.id, id);
  t.match((await scim('GET', `/Users/${id}`)).body, { id, externalId: '1' });
});

t.test('DELETE is 204, then 404; the name is free', async (t) => {
  const { id, userName } = await create();
  t.equal((await scim('DELETE', `/Users/${id}`)).status, 204);
  for (const method of ['GET', 'DELETE']) t.equal((await scim(method, `/Users/${id}`)).status, 404, method);
  t.equal((await scim('PUT', `/Users/${id}`, minimalUser(id, userName))).status, 404);
  t.equal((await scim('POST', '/Users', jumpCloudUser(userName))).status, 201);
});

t.test('filters and pages', async (t) => {
  const user = await create({ displayName: 'Zoë "Z" Example' });
  const find = (filter: string) => scim('GET', `/Users?filter=${encodeURIComponent(filter)}`);
  for (const filter of [
    `userName eq "${user.userName.toUpperCase()}"`,
    `USERNAME EQ "${user.userName}"`,
    `externalId eq "${user.externalId}"`,
    `id eq "${user.id}"`,
    `emails.value eq "${user.userName}"`,
    `emails[type eq "work"].value eq "${user.userName}"`,
    `displayName eq "ZOË \\"Z\\" example"`,
    `${CORE_USER}:userName eq "${user.userName}" and displayName eq "Zoë \\"Z\\" Example"`,
  ]) {
    t.match((await find(filter)).body, { totalResults: 1, Resources: [{ id: user.id }] }, filter);
  }
  t.match((await find('userName eq "nobody" and id eq "x"')).body, { totalResults: 0, Resources: [] });
  for (const filter of [
    'userName co "x"',
    'userName eq "x" or id eq "y"',
    'password eq "x"',
    'userName eq',
    '(id eq "x")',
    'active eq true',
    'userName eq "\\u0000"',
  ]) {
    t.match(await find(filter), { status: 400, body: { scimType: 'invalidFilter' } }, filter);
  }
  const all = (await scim('GET', '/Users')).body;
  t.match((await scim('GET', '/Users?startIndex=2&count=2')).body, {
    ...{ totalResults: all.totalResults, startIndex: 2, itemsPerPage: 2 },
    Resources: [{ id: all.Resources[1].id }, { id: all.Resources[2].id }],
  });
  t.match((await scim('GET', '/Users?count=0')).body, { totalResults: all.totalResults, Resources: [] });
  t.equal((await scim('GET', '/Users?count=many')).status, 400);
});

t.test('groups: members come and go', async (t) => {
  const [ann, bob, cid] = [await create(), await create(), await create()];
  const value = (...users: { id: string }[]) => users.map(({ id }) => ({ value: id }));
  const made = await scim('POST', '/Groups', { displayName: 'Team', members: value(ann, bob) });
  const { id } = made.body;
  const change = async (...Operations: object[]) => {
    const { status, body } = await scim('PATCH', `/Groups/${id}`, { Operations });
    t.equal(status, 200);
    return (body.members ?? []).map((member: { value: string }) => member.value);
  };
  t.match(made.body.members[0], { $ref: `${service.url}/scim/v2/Users/${ann.id}`, type: 'User' });
  t.same(await change({ op: 'add', path: 'members', value: value(bob, cid) }), [ann.id, bob.id, cid.id]);
  t.same(await change({ op: 'remove', path: `members[value eq "${bob.id}"]` }), [ann.id, cid.id]);
  t.same(await change({ op: 'remove', path: 'members', value: value(ann) }), [cid.id]);
  t.same(await change({ op: 'add', path: 'members', value: [{ value: 'nobody' }] }), [cid.id]);
  await scim('DELETE', `/Users/${cid.id}`);
  t.same(await change({ op: 'replace', value: { displayName: 'Crew' } }), []);
  t.match((await scim('GET', '/Groups?filter=displayName%20eq%20%22crew%22')).body, { totalResults: 1 });
});

t.test('attributes and .search', async (t) => {
  const { id, userName } = await create();
  t.same(Object.keys((await scim('GET', `/Users/${id}?attributes=name.givenName,userName`)).body), [
    ...['schemas', 'id', 'userName', 'name'],
  ]);
  t.notOk('emails' in (await scim('GET', `/Users/${id}?excludedAttributes=emails`)).body);
  const search = { filter: `userName eq "${userName}"`, attributes: ['active'] };
  const { body } = await scim('POST', '/Users/.search', search);
  t.same(body.Resources, [{ schemas: [CORE_USER], id, active: true }]);
  const everything = (await scim('POST', '/.search', { count: 3 })).body;
  t.equal(everything.Resources.length, 3);
  const { totalResults } = everything;
  const last = (await scim('POST', '/.search', { startIndex: totalResults, count: 5 })).body;
  t.match(last, { totalResults, Resources: [{ displayName: 'Crew' }] });
});

t.test('two companies see nothing of each other', async (t) => {
  await addCompany(service, 'zeta');
  const zeta = (await directoryOf(service, 'zeta')).scim;
  const { id } = await create();
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
    const body =
      method === 'PUT'
        ? minimalUser(id, 'x@zeta.test')
        : { Operations: [{ op: 'replace', path: 'active', value: false }] };
    const sent = ['PUT', 'PATCH'].includes(method) ? body : undefined;
    t.equal((await zeta(method, `/Users/${id}`, sent)).status, 404, method);
  }
  t.match((await zeta('GET', '/Users')).body, { totalResults: 0 });
  const group = await zeta('POST', '/Groups', { displayName: 'x', members: [{ value: id }] });
  t.notOk('members' in group.body);
});

t.test('no token, no answer: by any path', async (t) => {
  const wrong = scimWith(service.url, `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`);
  for (const path of [
    '/Users',
    '/%55sers',
    '/Users%2Fx',
    '/../v2/Users',
    '/nothing',
    '/ServiceProviderConfig',
    '/Schemas',
    '//Users',
  ]) {
    t.match(await wrong('GET', path), { status: 401, body: { status: '401' } }, path);
  }
  t.equal((await fetch(`${service.url}/scim/v2/Users`)).status, 401);
  // As they are: fetch would resolve the dots.
  for (const path of [
    '/scim/v2/%2e%2e/v2/Users',
    '/scim/v2/./Users',
    '/scim/v2/Users;x=1',
    '/scim/v2/Users%00',
  ]) {
    const answer = await raw(service.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    t.equal(statusOf(answer), 401, path);
  }
  for (const path of ['/scim%2Fv2/Users', '/x/../scim/v2/Users', '/SCIM/v2/Users']) {
    const answer = await raw(service.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    t.equal(statusOf(answer), 404, `${path} is no path of SCIM`);
  }
  t.match(await wrong('POST', '/Users', '{"userName":'), { status: 401 }, 'before the body is parsed');
  t.equal((await scim('GET', '/%55sers')).status, 200, 'the same path with the token');
});

t.test('a wrong token is refused before the body is read', async (t) => {
  const socket = connect(Number(new URL(service.url).port), 'localhost');
  t.teardown(() => socket.destroy());
  socket.write(
    `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\nContent-Type: application/scim+json\r\nContent-Length: 900000000\r\n\r\n{"userName":`,
  );
  const [first] = await once(socket, 'data');
  t.match(String(first), /^HTTP\/1.1 401 /);
  t.match(String(first).toLowerCase(), 'connection: close');
});

t.test('bodies: 1 MiB at most, JSON alone', async (t) => {
  const body = (bytes: number) => JSON.stringify(jumpCloudUser(email(), { note: 'x'.repeat(bytes) }));
  t.equal((await scim('POST', '/Users', body(1024 * 1024 - 2000))).status, 201);
  t.match(await scim('POST', '/Users', body(1024 * 1024)), { status: 413, body: { status: '413' } });
  t.match(await scim('POST', '/Users', '{"userName":'), { status: 400, body: { scimType: 'invalidSyntax' } });
  t.equal((await scim('POST', '/Users', '[]')).status, 400);
  t.equal((await scim('POST', '/Users', 'userName=x', 'application/x-www-form-urlencoded')).status, 415);
  t.equal((await scim('POST', '/Users', { displayName: 'x' })).status, 400, 'userName is required');
  t.equal((await scim('POST', '/Users', { userName: 'a\0b' })).status, 400);
});

t.test('methods that a path does not have are 405', async (t) => {
  for (const [method, path] of [
    ['POST', '/Schemas'],
    ['DELETE', '/Users'],
    ['POST', '/Users/x'],
  ] as const) {
    t.equal((await scim(method, path)).status, 405, `${method} ${path}`);
  }
});

t.test('a revoked token and a disabled directory are refused', async (t) => {
  await run('directory disable acme');
  t.equal((await scim('GET', '/Users')).status, 401);
  await run('directory enable acme');
  t.equal((await scim('GET', '/Users')).status, 200);
  const [row] =
    await sql`SELECT t.id FROM directory_tokens t JOIN companies c ON c.id = t.company_id WHERE c.slug = 'acme'`;
  await run(`directory token revoke ${row?.id}`);
  t.equal((await scim('GET', '/Users')).status, 401);
});

t.test('however many changes a directory sends at once, sign-ins have their connections', async (t) => {
  await addCompany(service, 'busy');
  const busy = await directoryOf(service, 'busy');
  const [company] = await sql`SELECT id FROM companies WHERE slug = 'busy'`;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let locked = () => {};
  const isLocked = new Promise<void>((resolve) => {
    locked = resolve;
  });
  const holding = service.database.transaction(async (tx) => {
    await lockDirectory(tx, company?.id);
    locked();
    await held;
  });
  await isLocked;
  const answers: number[] = [];
  const all = Array.from({ length: 150 }, async (_, n) => {
    const { status } = await busy.scim('POST', '/Users', jumpCloudUser(`busy-${n}@busy.test`));
    answers.push(status);
  });
  await until(() => answers.length === 49);
  t.same([...new Set(answers)], [429], 'one is under way and a hundred wait');
  t.equal((await busy.scim('GET', '/Users')).status, 200);
  t.equal((await fetch(`${service.url}/login/start?company=busy`, { redirect: 'manual' })).status, 303);
  release();
  await holding;
  await Promise.all(all);
  t.equal(answers.filter((status) => status === 201).length, 101);
});
