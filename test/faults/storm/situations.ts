/** SIGTERM to each role in eight situations: how it ends, and after how long. */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import { waiting } from '../examine.ts';
import type { RoleName } from '../role-process.ts';
import { stormPeople } from './people.ts';
import { preparedLoad } from './prepared-load.ts';
import { undecided } from './storm.ts';
import type { Supervised } from './supervised.ts';
import { type System, startSystem } from './system.ts';

export interface Stopped {
  situation: string;
  role: RoleName;
  exit: number | string | null;
  /** Milliseconds */
  took: number;
}

interface Situation {
  name: string;
  begin(system: System, role: Supervised): Promise<unknown>;
  end(system: System): Promise<unknown>;
}

const ROLES: RoleName[] = ['server', 'relay', 'worker'];
/** Long enough for statements and requests under way to notice. */
const SETTLE_MS = 1_500;
/** Held callbacks wait for their results, which no worker makes while brokers are gone. */
const HELD = 500;

const proxiesOf = ({ postgres, brokers }: System) => [...Object.values(postgres), ...brokers];
const pass = (system: System) => Promise.all(proxiesOf(system).map((proxy) => proxy.pass()));
const nothing = async () => {};

async function kafkaGone({ brokers }: System): Promise<void> {
  for (const proxy of brokers) {
    await proxy.refuse();
    proxy.resetAll();
  }
  await delay(SETTLE_MS);
}

const SITUATIONS: Situation[] = [
  { name: 'calm', begin: nothing, end: nothing },
  { name: 'Kafka gone', begin: kafkaGone, end: pass },
  {
    name: 'PostgreSQL gone',
    async begin({ postgres }) {
      for (const proxy of Object.values(postgres)) {
        await proxy.refuse();
        proxy.resetAll();
      }
      await delay(SETTLE_MS);
    },
    end: pass,
  },
  {
    name: 'both half-open',
    async begin(system) {
      for (const proxy of proxiesOf(system)) proxy.lose();
      await delay(SETTLE_MS);
    },
    end: pass,
  },
  {
    name: 'in a rebalance',
    // Another worker joins: the group assigns its partitions again.
    async begin(system, role) {
      const other = system.of('worker').find((worker) => worker !== role);
      await other?.restart();
      await delay(300);
    },
    end: nothing,
  },
  {
    name: 'a full outbox',
    async begin(system) {
      for (const proxy of system.brokers) proxy.lose();
      const { database } = system;
      await until(async () => (await waiting(database)) >= 100, 60_000);
    },
    end: pass,
  },
  {
    name: `${HELD} held callbacks`,
    async begin(system) {
      await kafkaGone(system);
      const people = stormPeople(HELD * 2).slice(HELD);
      const load = preparedLoad({ ...system.installed, people, atOnce: HELD });
      void delay(4_000).then(() => load.stop());
      await until(async () => (await undecided(system)) >= HELD, 60_000);
    },
    end: pass,
  },
  {
    name: 'during start',
    async begin(_, role) {
      await role.kill();
      await delay(400);
    },
    end: nothing,
  },
];

/** @param options.only situations whose name contains it */
export async function situations(options: {
  only?: string;
  tell?: (line: string) => void;
}): Promise<Stopped[]> {
  const { only = '', tell = () => {} } = options;
  const people = stormPeople(HELD * 2);
  // So long that all are held at once.
  const system = await startSystem({ people, prepared: true, env: { LOGIN_WAIT: '10s' } });
  const load = preparedLoad({ ...system.installed, people: people.slice(0, HELD), atOnce: 2 });
  const stopped: Stopped[] = [];
  try {
    await until(() => load.signedIn() > 10, 60_000);
    for (const situation of SITUATIONS.filter(({ name }) => name.includes(only))) {
      for (const name of ROLES) {
        const role = system.of(name)[0] as Supervised;
        await situation.begin(system, role);
        await role.restart();
        const { exit = null, took = 0 } = role.exits.at(-1) ?? {};
        stopped.push({ situation: situation.name, role: name, exit, took });
        tell(`${situation.name}, ${name}: exit ${exit} after ${took} ms`);
        await situation.end(system);
        await Promise.all(system.roles.map((one) => one.ready(120_000)));
      }
    }
    return stopped;
  } finally {
    await load.stop().catch(() => {});
    await system.stop();
  }
}
