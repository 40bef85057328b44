import { unprovenDomains } from '../companies/domain-health.ts';
import type { Database } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';

const MOST = 5;

/** Proven domains whose record `domain recheck` no longer found. */
export async function checkDomains({ sql }: Pick<Database, 'sql'>): Promise<string> {
  const found = await unprovenDomains(sql);
  if (found.length === 0) return 'none has lost its DNS record, as of the last `domain recheck`';
  const list = found
    .slice(0, MOST)
    .map(({ company, domain, answer }) => `${domain} of ${company} (${answer})`);
  throw new SsoLinkError(
    'doctor',
    `DNS no longer proves ${found.length}: ${list.join(', ')}. Sign-ins continue. Ask the company to publish the record ` +
      'of `domain challenge` again, or, if the domain is no longer theirs, run `domain remove`',
  );
}
