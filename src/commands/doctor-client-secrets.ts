import { type SecretHealth, secretHealth } from '../companies/client-secret-health.ts';
import type { Database } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';

const DAY_MS = 24 * 60 * 60_000;
/** So many days before, a secret that expires is named, and from seven on it is a fault. */
const NAMED_DAYS = 30;
const FAULT_DAYS = 7;
const MOST = 5;

/** Client secrets that JumpCloud refuses, or that expire soon. */
export async function checkClientSecrets({ sql }: Pick<Database, 'sql'>): Promise<string> {
  const found = await secretHealth(sql);
  const expires = found.filter((one) => daysLeft(one) < NAMED_DAYS);
  const list = expires.slice(0, MOST).map((one) => `${one.company} (${one.expiresOn})`);
  const refused = found.filter((one) => one.refused).map((one) => one.company);
  const faults = [
    ...(refused.length > 0
      ? [`JumpCloud refuses the client secret of ${refused.length}: ${refused.slice(0, MOST).join(', ')}`]
      : []),
    ...(expires.some((one) => daysLeft(one) < FAULT_DAYS)
      ? [`the client secret of ${expires.length} expires soon: ${list.join(', ')}`]
      : []),
  ];
  if (faults.length > 0) throw new SsoLinkError('doctor', `${faults.join('; ')}: run \`client secret add\``);
  return expires.length > 0
    ? `${expires.length} expire within ${NAMED_DAYS} days: ${list.join(', ')}; add the next one with \`client secret add\``
    : `none is refused, none expires within ${NAMED_DAYS} days`;
}

function daysLeft({ expiresOn }: SecretHealth): number {
  return expiresOn === null ? Number.POSITIVE_INFINITY : (Date.parse(expiresOn) - Date.now()) / DAY_MS;
}
