/** The vocabulary of faults: what each does to a system, how long it lasts, and how it ends. */
import type { KafkaNode } from '../../../dev/kafka.ts';
import type { FaultProxy } from '../../support/parts/fault-proxy.ts';
import type { RoleName } from '../role-process.ts';
import type { System } from './system.ts';

export interface Fault {
  name: string;
  /** Seconds that it lasts in a storm, from and to. 0 of what happens at once. */
  lasts: [from: number, to: number];
  /** @param choice from 0 to 1: which of several parts it meets */
  begin(system: System, choice: number): Promise<void>;
  end(system: System, choice: number): Promise<void>;
}

const ROLES: RoleName[] = ['server', 'relay', 'worker'];

const pick = <T>(of: T[], choice: number): T => of[Math.floor(choice * of.length)] as T;
const passing = (proxies: FaultProxy[]) => Promise.all(proxies.map((proxy) => proxy.pass()));
const nothing = async () => {};

function ofRole(name: RoleName): Fault[] {
  const proxy = (system: System) => system.postgres[name];
  const pass = (system: System) => proxy(system).pass();
  return [
    {
      name: `${name}: PostgreSQL resets`,
      lasts: [2, 6],
      async begin(system, choice) {
        proxy(system).resetAtRandom({ seed: Math.floor(choice * 2 ** 31), everyMs: 150 });
      },
      end: pass,
    },
    {
      name: `${name}: PostgreSQL lost`,
      lasts: [2, 8],
      begin: async (system) => proxy(system).lose(),
      end: pass,
    },
    {
      name: `${name}: PostgreSQL answers lost`,
      lasts: [2, 8],
      begin: async (system) => proxy(system).lose({ direction: 'answers' }),
      end: pass,
    },
    {
      name: `${name}: PostgreSQL gone`,
      lasts: [2, 8],
      async begin(system) {
        await proxy(system).refuse();
        proxy(system).resetAll();
      },
      end: pass,
    },
    {
      name: `${name}: PostgreSQL slow`,
      lasts: [2, 6],
      begin: async (system) => proxy(system).delay(100),
      end: pass,
    },
    {
      name: `${name}: SIGKILL`,
      lasts: [0, 0],
      begin: (system, choice) => pick(system.of(name), choice).kill(),
      end: nothing,
    },
    {
      name: `${name}: SIGTERM`,
      lasts: [0, 0],
      begin: (system, choice) => pick(system.of(name), choice).restart(),
      end: nothing,
    },
    {
      name: `${name}: SIGSTOP`,
      lasts: [2, 12],
      begin: async (system, choice) => void process.kill(pick(system.of(name), choice).pid(), 'SIGSTOP'),
      end: async (system, choice) => void process.kill(pick(system.of(name), choice).pid(), 'SIGCONT'),
    },
  ];
}

/** Of one broker or of all, for their clients: the cluster itself stays whole. */
function ofBrokers(which: 'one broker' | 'all brokers'): Fault[] {
  const met = ({ brokers }: System, choice: number) =>
    which === 'all brokers' ? brokers : [pick(brokers, choice)];
  const end: Fault['end'] = async (system, choice) => void (await passing(met(system, choice)));
  const fault = (name: string, begin: (proxy: FaultProxy) => unknown): Fault => ({
    name: `${which}: ${name}`,
    lasts: [2, 10],
    begin: async (system, choice) => void (await Promise.all(met(system, choice).map(begin))),
    end,
  });
  return [
    fault('reset', (proxy) => proxy.resetAll()),
    fault('lost', (proxy) => proxy.lose()),
    fault('slow', (proxy) => proxy.delay(100)),
    fault('gone', async (proxy) => {
      await proxy.refuse();
      proxy.resetAll();
    }),
  ];
}

const node = (system: System, choice: number): KafkaNode => pick(system.installed.cluster.nodes, choice);

const CLUSTER: Fault[] = [
  {
    name: 'broker: SIGKILL',
    lasts: [3, 10],
    begin: (system, choice) => node(system, choice).kill(),
    end: (system, choice) => node(system, choice).start(),
  },
  {
    name: 'broker: SIGSTOP',
    lasts: [2, 12],
    begin: async (system, choice) => node(system, choice).pause(),
    end: async (system, choice) => node(system, choice).resume(),
  },
  {
    name: 'PostgreSQL: sessions terminated',
    lasts: [0, 0],
    async begin({ database: { sql } }) {
      await sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name ~ '^sso-link (server|relay|worker)'`;
    },
    end: nothing,
  },
];

export const FAULTS: Fault[] = [
  ...ROLES.flatMap(ofRole),
  ...ofBrokers('one broker'),
  ...ofBrokers('all brokers'),
  ...CLUSTER,
];
