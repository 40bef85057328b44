import type { Database } from '../../src/db/client.ts';
import { LANES } from '../../src/outbox/lanes.ts';

/** Login events in the outbox, of the size that the server writes, spread over all lanes. */
export async function seedOutbox(
  { sql }: Pick<Database, 'sql'>,
  topic: string,
  count: number,
): Promise<void> {
  await sql`
    INSERT INTO outbox (lane, topic, key, headers, payload)
    SELECT n % ${LANES}::int, ${topic}, convert_to(id, 'UTF8'),
      jsonb_build_object('ce_specversion', '1.0', 'ce_id', id, 'ce_source', 'urn:sso-link:server', 'ce_type', ${topic}::text,
        'ce_time', '2026-01-01T00:00:00.000Z', 'ce_subject', id, 'content-type', 'application/json',
        'ce_dataschema', 'urn:sso-link:schema:user.sso_authenticated:1',
        'traceparent', '00-' || replace(id, '-', '') || '-0123456789abcdef-01'),
      convert_to(json_build_object('login_id', id, 'sso_identity_id', id, 'company_id', id, 'company', 'company-1',
        'sso_client_id', id, 'issuer', 'https://oauth.id.jumpcloud.com/', 'subject', md5('s' || n),
        'email', 'person-' || n || '@company-1.test', 'email_verified', true, 'name', 'Person ' || n,
        'groups', json_build_array('Everybody', 'Engineering'), 'authenticated_at', '2026-01-01T00:00:00.000Z',
        'first_login', true)::text, 'UTF8')
    FROM (SELECT n, md5('outbox' || n)::uuid::text AS id FROM generate_series(1, ${count}::int) AS n) AS rows
    ORDER BY n`;
}

/**
 * Keeps every relay from every lane until the returned function is called: a relay that is ready begins at a
 * moment that is known.
 */
export async function holdLanes({
  transaction,
}: Pick<Database, 'transaction'>): Promise<() => Promise<void>> {
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held = await new Promise<{ ended: Promise<void> }>((resolve, reject) => {
    const ended = transaction(async ({ sql }) => {
      await sql`SET LOCAL idle_in_transaction_session_timeout = 0`;
      await sql`SELECT lane FROM outbox_lanes FOR UPDATE`;
      setImmediate(() => resolve({ ended }));
      await released;
    });
    ended.catch(reject);
  });
  return async () => {
    release();
    await held.ended;
  };
}
