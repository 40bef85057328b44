import type { Env } from '../../../dev/roles.ts';
import { type RoleName, type RoleProcess, spawnRole } from '../role-process.ts';

type Exit = Awaited<RoleProcess['gone']>;

/** A role as Kubernetes keeps it: started again whenever it ends, on the same port. */
export interface Supervised {
  name: RoleName;
  port: number;
  pid(): number;
  /** How it ended when nobody killed it: 0 of a SIGTERM is as it must be. */
  exits: { exit: Exit; because: 'SIGTERM' | 'by itself'; took: number }[];
  /** Lines of its log that are not JSON. */
  noJson: string[];
  kill(): Promise<void>;
  /** SIGTERM, and a new process in its place. */
  restart(): Promise<void>;
  /** SIGTERM, for good. */
  stop(): Promise<void>;
  /** SIGKILL, for good. */
  end(): Promise<void>;
  ready(within?: number): Promise<void>;
}

/** @param env as of the role; it gets its port */
export async function supervise(name: RoleName, env: Env, port: number): Promise<Supervised> {
  const [exits, noJson]: [Supervised['exits'], string[]] = [[], []];
  let stopping = false;
  let current = await start();

  async function start(): Promise<RoleProcess> {
    const onLog = (line: string) => {
      if (!line.startsWith('{')) noJson.push(line);
    };
    const started = await spawnRole(name, env, { port, onLog });
    void started.gone.then(async (exit) => {
      if (stopping || started !== current) return;
      exits.push({ exit, because: 'by itself', took: 0 });
      current = await start();
    });
    return started;
  }

  /** Ends the current process without counting it as one that ended by itself. */
  async function replaced<T>(end: (ending: RoleProcess) => Promise<T>, next: boolean): Promise<T> {
    const ending = current;
    stopping = true;
    const result = await end(ending);
    if (next) {
      current = await start();
      stopping = false;
    }
    return result;
  }

  async function terminate(next: boolean): Promise<void> {
    const { exit, took } = await replaced((role) => role.stop(), next);
    exits.push({ exit, because: 'SIGTERM', took: Math.round(took) });
  }

  return {
    name,
    port,
    pid: () => current.pid,
    exits,
    noJson,
    kill: () => replaced((role) => role.kill(), true),
    restart: () => terminate(true),
    stop: () => terminate(false),
    end: () => replaced((role) => role.kill(), false),
    ready: (within) => current.ready(within),
  };
}
