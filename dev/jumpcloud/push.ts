/** JumpCloud's outbound provisioning: it pushes an application's people and groups by SCIM, in the bodies that it sends. */
import { Agent, request } from 'node:http';

export interface PushedPerson {
  /** 24 hex digits: `sub` at sign-in, `externalId` here. */
  sub: string;
  email: string;
}

export interface PushOptions {
  /** `PUBLIC_URL/scim/v2`. */
  url: string;
  token: string;
  /** Requests at the same time. */
  concurrency: number;
}

export interface PushResult {
  requests: number;
  /** By status, of answers other than 2xx; 0 where there was none. */
  errors: Record<number, number>;
  /** Milliseconds, of each request. */
  latencies: number[];
  seconds: number;
}

const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

export type Push = ReturnType<typeof createPush>;

export function createPush({ url, token, concurrency }: PushOptions) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  /** The service's ids, by email and by the group's name. */
  const userIds = new Map<string, string>();
  const groupIds = new Map<string, string>();

  function send(method: string, path: string, body?: object): Promise<{ status: number; id?: string }> {
    return new Promise((resolve) => {
      const sent = body && JSON.stringify(body);
      const outgoing = request(`${url}${path}`, {
        agent,
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(sent && {
            'content-type': 'application/scim+json',
            'content-length': Buffer.byteLength(sent),
          }),
        },
      });
      outgoing.on('error', () => resolve({ status: 0 }));
      outgoing.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('error', () => resolve({ status: 0 }));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const { id } = text.startsWith('{') ? (JSON.parse(text) as { id?: string }) : {};
          resolve({ status, ...(id !== undefined && { id }) });
        });
      });
      outgoing.end(sent);
    });
  }

  /** Each work in turn, `concurrency` at the same time. */
  async function all<T>(items: T[], work: (item: T) => Promise<number>): Promise<PushResult> {
    const latencies: number[] = [];
    const errors: Record<number, number> = {};
    const began = performance.now();
    let next = 0;
    const worker = async () => {
      for (let i = next++; i < items.length; i = next++) {
        const started = performance.now();
        const status = await work(items[i] as T);
        latencies.push(performance.now() - started);
        if (status < 200 || status > 299) errors[status] = (errors[status] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    return { requests: items.length, errors, latencies, seconds: (performance.now() - began) / 1000 };
  }

  return {
    users: (people: PushedPerson[]) =>
      all(people, async ({ sub, email }) => {
        const { status, id } = await send('POST', '/Users', {
          ...{ schemas: [CORE_USER, ENTERPRISE], active: true, addresses: [], phoneNumbers: [] },
          ...{ displayName: 'Ada Byron', name: { familyName: 'Byron', givenName: 'Ada' } },
          emails: [{ primary: true, type: 'work', value: email }],
          ...{ externalId: sub, locale: 'en', preferredLanguage: 'en', userName: email },
        });
        if (id !== undefined) userIds.set(email, id);
        return status;
      }),

    groups: (groups: { name: string; members: PushedPerson[] }[]) =>
      all(groups, async ({ name, members }) => {
        const { status, id } = await send('POST', '/Groups', {
          schemas: [CORE_GROUP],
          displayName: name,
          members: members.map(({ email }) => ({ value: userIds.get(email) })),
        });
        if (id !== undefined) groupIds.set(name, id);
        return status;
      }),

    /** A group is removed from the application: each member becomes inactive, by the minimal PUT, and the group is deleted. */
    async removeGroup({ name, members }: { name: string; members: PushedPerson[] }): Promise<PushResult> {
      const result = await all(members, async ({ email }) => {
        const id = userIds.get(email);
        const { status } = await send('PUT', `/Users/${id}`, {
          ...{ active: false, id, name: { familyName: 'Byron', givenName: 'Ada' } },
          ...{ schemas: [CORE_USER], userName: email, emails: null },
        });
        return status;
      });
      const { status } = await send('DELETE', `/Groups/${groupIds.get(name)}`);
      if (status !== 204) result.errors[status] = (result.errors[status] ?? 0) + 1;
      return { ...result, requests: result.requests + 1 };
    },

    close: () => agent.destroy(),
  };
}
