import type { Database } from '../db/client.ts';

const NAMES = { file: 'accounts import', topic: 'user.account_changed', api: 'the API' };

/** How fresh the mirror of the product's accounts is. */
export async function checkMirror({ sql }: Pick<Database, 'sql'>): Promise<string> {
  const inputs = await sql<{ input: keyof typeof NAMES; age: number }[]>`
    SELECT input, extract(epoch FROM now() - last_arrival_at)::float AS age FROM mirror_inputs
    ORDER BY last_arrival_at DESC`;
  const [late] = await sql<{ n: number }[]>`
    SELECT count(*)::int AS n FROM late_matches WHERE state = 'open'`;
  const waiting = late?.n ? `; ${late.n} late matches wait (\`late-matches list\`)` : '';
  if (inputs.length === 0) {
    return 'no account came since the last upgrade: `accounts import`, user.account_changed or the API brings them';
  }
  const said = inputs.map(({ input, age }) => `${NAMES[input]} ${ago(age)}`);
  return `the last change came by ${said.join(', by ')}${waiting}`;
}

function ago(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h ago`
    : `${Math.round(seconds / 86_400)} days ago`;
}
