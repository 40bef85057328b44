import type { ClientOptions, PersonOptions } from './types.ts';

export type Directory = ReturnType<typeof createDirectory>;

/** The people and the applications of one region, changed while it runs as the admin would. */
export function createDirectory() {
  const people = new Map<string, PersonOptions>();
  const byEmail = new Map<string, string>();
  const clients = new Map<string, ClientOptions>();

  const person = (sub: string) => people.get(sub) ?? missing('person', sub);
  const client = (clientId: string) => clients.get(clientId) ?? missing('client', clientId);

  return {
    people,
    clients,
    personByEmail: (email: string) => people.get(byEmail.get(email.trim().toLowerCase()) ?? ''),
    addPerson(options: PersonOptions) {
      if (!/^[0-9a-f]{24}$/.test(options.sub)) throw new Error(`not a 24-hex object id: ${options.sub}`);
      people.set(options.sub, { ...options, clients: [...options.clients] });
      if (options.email) byEmail.set(options.email.toLowerCase(), options.sub);
    },
    updatePerson(sub: string, change: Partial<PersonOptions>) {
      const { email } = person(sub);
      if (email && 'email' in change) byEmail.delete(email.toLowerCase());
      this.addPerson({ ...person(sub), ...change, sub });
    },
    removePerson(sub: string) {
      const { email } = person(sub);
      if (email) byEmail.delete(email.toLowerCase());
      people.delete(sub);
    },
    assign(sub: string, clientId: string) {
      if (!person(sub).clients.includes(clientId)) person(sub).clients.push(clientId);
    },
    unassign(sub: string, clientId: string) {
      person(sub).clients = person(sub).clients.filter((assigned) => assigned !== clientId);
    },
    addClient(options: ClientOptions) {
      clients.set(options.clientId, { ...options });
    },
    updateClient(clientId: string, change: Partial<ClientOptions>) {
      clients.set(clientId, { ...client(clientId), ...change, clientId });
    },
    removeClient(clientId: string) {
      client(clientId);
      clients.delete(clientId);
    },
  };
}

function missing(what: string, id: string): never {
  throw new Error(`no such ${what}: ${id}`);
}
