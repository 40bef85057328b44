/**
 * Two servers, two relays and two workers as processes, with a proxy for every role's PostgreSQL and one for each of
 * three brokers:
 *
 * browsers → balancer → servers ─► proxy ─► PostgreSQL ◄─ proxy ◄─ relays, workers ─► 3 proxies ─► 3 brokers
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort, freePorts } from '../../../dev/free-port.ts';
import { type Database, openDatabase } from '../../../src/db/client.ts';
import { stopAll } from '../../../src/roles/run-role.ts';
import { type FaultProxy, startFaultProxy } from '../../support/parts/fault-proxy.ts';
import { startBalancer } from '../balancer.ts';
import { type Installation, install, type Person } from '../installation.ts';
import type { RoleName } from '../role-process.ts';
import { type Supervised, supervise } from './supervised.ts';

export interface System {
  installed: Installation;
  /** Past every proxy: what a checker asks. */
  database: Database;
  postgres: Record<RoleName, FaultProxy>;
  brokers: FaultProxy[];
  roles: Supervised[];
  of(name: RoleName): Supervised[];
  stop(): Promise<void>;
}

const ROLES: RoleName[] = ['server', 'relay', 'worker'];
const BROKERS = 3;

/**
 * @param options.replicas of each role. Default 2
 * @param options.prepared a provider that answers `preparedLoad`, in place of the stand-in
 */
export async function startSystem(options: {
  people: Person[];
  replicas?: number;
  prepared?: boolean;
  /** More of the roles' environment. */
  env?: Record<string, string>;
}): Promise<System> {
  const { people, replicas = 2 } = options;
  const opened: (() => Promise<unknown>)[] = [];
  const stop = () => stopAll(...opened);
  try {
    const ports = await freePorts(BROKERS);
    const brokers: FaultProxy[] = [];
    for (const port of ports) {
      const proxy = await startFaultProxy({ host: '127.0.0.1', port });
      opened.unshift(proxy.stop);
      brokers.push(proxy);
    }
    const proxied = brokers.map((proxy, n) => ({ port: ports[n] as number, advertised: proxy.port }));
    const provider = options.prepared ? await startPreparedProvider() : undefined;
    if (provider) opened.unshift(provider.stop);
    const installed = await install({
      people,
      ...(provider && { issuer: provider.issuer }),
      kafka: { own: true, brokers: BROKERS, proxied },
      env: {
        RATE_LIMIT_PER_ADDRESS: '1000000',
        RATE_LIMIT_PER_COMPANY: '1000000',
        LOG_LEVEL: 'info',
        ...options.env,
      },
    });
    opened.unshift(installed.stop);
    const direct = new URL(installed.env.DATABASE_URL as string);
    const database = openDatabase(direct.href, { name: 'storm test', max: 4 });
    opened.unshift(database.close);
    const balancer = await startBalancer(installed.port);
    opened.unshift(balancer.stop);

    const postgres = {} as System['postgres'];
    const roles: Supervised[] = [];
    opened.unshift(async () => void (await Promise.all(roles.map((role) => role.end()))));
    for (const name of ROLES) {
      const proxy = await startFaultProxy({ host: direct.hostname, port: Number(direct.port) });
      opened.unshift(proxy.stop);
      postgres[name] = proxy;
      const env = {
        ...installed.env,
        DATABASE_URL: Object.assign(new URL(direct), { port: String(proxy.port) }).href,
        KAFKA_BROKERS: brokers.map(({ host, port }) => `${host}:${port}`).join(','),
      };
      for (let n = 0; n < replicas; n += 1) {
        const role = await supervise(name, env, await freePort());
        roles.push(role);
        if (name === 'server') balancer.add(role.port);
      }
    }
    await Promise.all(roles.map((role) => role.ready()));
    const of = (name: RoleName) => roles.filter((role) => role.name === name);
    return { installed, database, postgres, brokers, roles, of, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `prepared-provider.ts` as a process. */
async function startPreparedProvider(): Promise<{ issuer: string; stop(): Promise<void> }> {
  const issuer = `http://localhost:${await freePort()}/`;
  const child = fork(fileURLToPath(new URL('prepared-provider.ts', import.meta.url)), {
    env: { ...process.env, ISSUER: issuer },
    execArgv: ['--import', 'tsx'],
  });
  const stop = async () => {
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
  };
  const begun = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  if (begun === undefined) throw new Error('the prepared provider ended at its start');
  return { issuer, stop };
}
