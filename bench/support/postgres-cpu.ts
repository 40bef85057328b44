import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from '../../src/db/client.ts';

/** `USER_HZ` of Linux. */
const TICKS_PER_SECOND = 100;

/** @returns the CPU time, in seconds, of a local PostgreSQL: its postmaster, its processes, and those that have ended */
export async function openPostgresCpu({ sql }: Pick<Database, 'sql'>): Promise<() => number> {
  const [row] = await sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  const postmaster = statOf(row?.pid ?? 0)?.parent;
  return () => {
    const processes = readdirSync('/proc')
      .map((name) => (/^\d+$/.test(name) ? statOf(Number(name)) : undefined))
      .filter((one) => one !== undefined && (one.parent === postmaster || one.pid === postmaster));
    return processes.reduce((sum, one) => sum + (one?.ticks ?? 0), 0) / TICKS_PER_SECOND;
  };
}

/** Of proc_pid_stat(5): the fields after the name, which may hold spaces. `ticks` includes children that ended. */
function statOf(pid: number): { pid: number; parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    return { pid, parent, ticks: fields.slice(11, 15).reduce((sum, n) => sum + n, 0) };
  } catch {
    return undefined;
  }
}
