import { type RoleName, readConfig } from '../config.ts';
import { SsoLinkError } from '../errors.ts';

type Env = Record<string, string | undefined>;

/** A role that listens on this machine answers at once. */
const ANSWER_MS = 3_000;

export interface RoleFinding {
  status: 'ok' | 'skipped';
  detail: string;
}

/**
 * Asks the role that is configured here whether it is ready. Where nothing listens, it runs elsewhere or not yet.
 * @throws SsoLinkError `role_not_ready`, with what the role waits for, or `role_unknown_answer`
 */
export async function askRole(env: Env, role: RoleName): Promise<RoleFinding> {
  const { HOST, PORT } = readConfig(env, ['HOST', 'PORT'], role);
  const host = ['0.0.0.0', '::', '[::]'].includes(HOST) ? 'localhost' : HOST;
  const origin = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${PORT}`;
  let answer: Response;
  try {
    answer = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'manual' });
  } catch (error) {
    if ((error as { name?: string }).name === 'TimeoutError') {
      throw new SsoLinkError('role_not_ready', `${origin} accepts connections and does not answer`);
    }
    return {
      status: 'skipped',
      detail: `nothing listens at ${origin}: it runs elsewhere, or start it with \`sso-link ${role}\``,
    };
  }
  const said = (await answer.json().catch(() => undefined)) as Record<string, string> | undefined;
  if (typeof said?.status !== 'string') {
    throw new SsoLinkError(
      'role_unknown_answer',
      `another program answers at ${origin}: set PORT for the ${role}`,
    );
  }
  const { status, ...parts } = said;
  const unwell = Object.entries(parts).filter(([, state]) => state !== 'ok');
  const detail = [`${status} at ${origin}`, ...unwell.map(([part, state]) => `${part}: ${state}`)].join(', ');
  if (!answer.ok) throw new SsoLinkError('role_not_ready', detail);
  return { status: 'ok', detail };
}
