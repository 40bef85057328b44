/** A directory as it calls SCIM: a company with a token, and requests by it. */
import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { setDirectoryEnabled } from '../../src/directory/directory.ts';
import { createDirectoryToken } from '../../src/directory/tokens.ts';
import { noteSecret } from './secret-leaks.ts';
import type { TestService } from './service.ts';

export interface ScimAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was answered
  body: any;
}

export type Scim = (method: string, path: string, body?: unknown, type?: string) => Promise<ScimAnswer>;

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Enables the directory of a company and returns its requests. */
export async function directoryOf(
  service: Pick<TestService, 'url' | 'database'>,
  slug: string,
): Promise<{ scim: Scim; token: string }> {
  const { token } = await service.database.transaction(async (tx) => {
    await setDirectoryEnabled(tx, 'operator:test', { slug, enabled: true });
    return createDirectoryToken(tx, 'operator:test', slug);
  });
  noteSecret(token);
  return { token, scim: scimWith(service.url, token) };
}

export const scimWith =
  (url: string, token: string): Scim =>
  async (method, path, body, type = 'application/scim+json') => {
    const answer = await fetch(`${url}/scim/v2${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': type }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
  };

/** `POST /Users` as JumpCloud sends it. */
export const jumpCloudUser = (email: string, over: Record<string, unknown> = {}) => ({
  schemas: [CORE_USER, ENTERPRISE],
  active: true,
  addresses: [],
  displayName: 'Ann Example',
  emails: [{ primary: true, type: 'work', value: email }],
  externalId: randomUUID().replaceAll('-', '').slice(0, 24),
  locale: 'en',
  name: { familyName: 'Example', givenName: 'Ann' },
  phoneNumbers: [],
  preferredLanguage: 'en',
  userName: email,
  ...over,
});

/** The minimal form of JumpCloud's PUT. */
export const minimalUser = (id: string, userName: string, over: Record<string, unknown> = {}) => ({
  ...{ active: true, id, name: { familyName: 'Example', givenName: 'Ann' }, schemas: [CORE_USER] },
  ...{ userName, emails: null },
  ...over,
});

/** JumpCloud's activation: a live run of thirteen calls. @param calls how many, where it is broken off */
export async function activate(t: Test, scim: Scim, calls = 13): Promise<number[]> {
  const probe = 'test-user@acme.test';
  const statuses: number[] = [];
  let [user, group] = ['', ''];
  const steps: (() => Promise<ScimAnswer>)[] = [
    () => scim('GET', '/Users'),
    () => scim('GET', `/Users?filter=${encodeURIComponent(`userName eq "${probe}"`)}`),
    () => scim('POST', '/Users', jumpCloudUser(probe)),
    () => scim('GET', `/Users/${user}`),
    () => scim('PUT', `/Users/${user}`, minimalUser(user, probe)),
    () => scim('PUT', `/Users/${user}`, minimalUser(user, probe, { active: false })),
    () => scim('DELETE', `/Users/${user}`),
    () => scim('POST', '/Groups', { displayName: 'group-name', schemas: [CORE_GROUP] }),
    () => scim('POST', '/Groups', { displayName: 'group-name', schemas: [CORE_GROUP] }),
    () =>
      scim('PATCH', `/Groups/${group}`, {
        Operations: [{ op: 'replace', value: { displayName: 'new-group-name' } }],
      }),
    () => scim('GET', `/Groups/${group}`),
    () => scim('DELETE', `/Groups/${group}`),
    () => scim('GET', `/Groups/${group}`),
  ];
  for (const [i, step] of steps.slice(0, calls).entries()) {
    const { status, body } = await step();
    statuses.push(status);
    if (i === 2) user = body?.id;
    if (i === 4) t.match(body, { name: { familyName: 'Example' }, externalId: /^[0-9a-f]{24}$/ }, 'echoed');
    if (i === 8) group = body?.id;
    if (i === 10) t.equal(body?.displayName, 'new-group-name');
  }
  return statuses;
}
