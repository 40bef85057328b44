import type { World } from './jumpcloud/context.ts';
import { createDirectory } from './jumpcloud/directory.ts';
import { hydra } from './jumpcloud/hydra.ts';
import { createKeys } from './jumpcloud/keys.ts';
import { listen } from './jumpcloud/listener.ts';
import { loginPages } from './jumpcloud/login.ts';
import { logout } from './jumpcloud/logout.ts';
import { createProvider } from './jumpcloud/provider.ts';
import { quirks } from './jumpcloud/quirks.ts';
import type { JumpCloud, JumpCloudOptions } from './jumpcloud/types.ts';

export type * from './jumpcloud/types.ts';

/**
 * Starts a JumpCloud of one region on loopback: a real OpenID provider with JumpCloud's quirks. Several
 * run side by side. People and applications are added while it runs.
 */
export async function startJumpCloud(options: JumpCloudOptions = {}): Promise<JumpCloud> {
  const listener = await listen(options.port ?? 0, options.host);
  try {
    const url = `http://localhost:${listener.port}`;
    const directory = createDirectory();
    const keys = await createKeys();
    const world: World = { issuer: `${url}/`, options, directory, keys, tampering: {} };
    const provider = await createProvider(world);
    for (const middleware of [
      quirks(world, listener.requests.of),
      hydra(world),
      loginPages(world, provider),
      logout(world, provider),
    ]) {
      provider.use(middleware as Parameters<typeof provider.use>[0]);
    }
    listener.serve(provider.callback());

    return {
      issuer: world.issuer,
      url,
      port: listener.port,
      addClient: (client) => directory.addClient(client),
      updateClient: (clientId, change) => directory.updateClient(clientId, change),
      rotateSecret: (clientId, clientSecret) => directory.updateClient(clientId, { clientSecret }),
      removeClient: (clientId) => directory.removeClient(clientId),
      addPerson: (person) => directory.addPerson(person),
      updatePerson: (sub, change) => directory.updatePerson(sub, change),
      removePerson: (sub) => directory.removePerson(sub),
      assign: (sub, clientId) => directory.assign(sub, clientId),
      unassign: (sub, clientId) => directory.unassign(sub, clientId),
      people: () => [...directory.people.values()],
      clients: () => [...directory.clients.values()],
      requests: listener.requests.log,
      outage: listener.outage,
      tamper(how) {
        world.tampering = how ?? {};
      },
      rotateKeys: ({ keepOld = false } = {}) => keys.rotate(keepOld),
      stop: listener.close,
    };
  } catch (error) {
    await listener.close();
    throw error;
  }
}
