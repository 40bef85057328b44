import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Sessions of browsers that never come back (load makes many) go first; the rest ends by its time. */
const SESSIONS = 10_000;

type Stored = { payload: AdapterPayload; until: number };

/**
 * Where oidc-provider keeps its codes, tokens, sessions and grants. Each kind is a Map in order of
 * writing with one lifetime, so that what is over stands at its head.
 */
export function createStore(clientMetadata: (clientId: string) => AdapterPayload | undefined) {
  const kinds = new Map<string, Map<string, Stored>>();
  const grants = new Map<string, Set<string>>();
  const sessionByUid = new Map<string, string>();

  const kind = (name: string) => {
    const existing = kinds.get(name);
    if (existing) return existing;
    const fresh = new Map<string, Stored>();
    kinds.set(name, fresh);
    return fresh;
  };

  function remove(name: string, id: string) {
    const stored = kind(name).get(id);
    kind(name).delete(id);
    const { grantId, uid } = stored?.payload ?? {};
    if (name === 'Session' && uid && sessionByUid.get(uid) === id) sessionByUid.delete(uid);
    if (name === 'Grant') grants.delete(id);
    else if (grantId) grants.get(grantId)?.delete(`${name} ${id}`);
  }

  function sweep(name: string) {
    const now = Date.now();
    for (const [id, { until }] of kind(name)) {
      if (until > now && !(name === 'Session' && kind(name).size > SESSIONS)) return;
      remove(name, id);
    }
  }

  function find(name: string, id: string) {
    const stored = kind(name).get(id);
    return stored && stored.until > Date.now() ? stored.payload : undefined;
  }

  return function adapter(name: string): Adapter {
    return {
      async find(id) {
        return name === 'Client' ? clientMetadata(id) : find(name, id);
      },
      async upsert(id, payload, seconds) {
        remove(name, id);
        const until = seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1000;
        kind(name).set(id, { payload, until });
        if (name === 'Session' && payload.uid) sessionByUid.set(payload.uid, id);
        if (payload.grantId) {
          const members = grants.get(payload.grantId) ?? new Set();
          grants.set(payload.grantId, members.add(`${name} ${id}`));
        }
        sweep(name);
      },
      async consume(id) {
        const payload = find(name, id);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        remove(name, id);
      },
      async findByUid(uid) {
        return find(name, sessionByUid.get(uid) ?? '');
      },
      async findByUserCode() {
        return undefined;
      },
      async revokeByGrantId(grantId) {
        for (const member of [...(grants.get(grantId) ?? [])]) {
          const [of = '', id = ''] = member.split(' ');
          remove(of, id);
        }
        grants.delete(grantId);
      },
    };
  };
}
