import type { Database } from '../db/client.ts';

/** Far more than a relay needs, and less than the alert's. */
const PATIENCE_S = 30;

/**
 * Whether events go out, as far as the database knows: who waits on Kafka is not asked.
 * @throws Error where the oldest row has waited for too long
 */
export async function checkOutbox({ sql }: Pick<Database, 'sql'>): Promise<void> {
  const [oldest] = await sql<{ age: number }[]>`
    SELECT extract(epoch FROM now() - created_at)::int AS age FROM outbox ORDER BY id LIMIT 1`;
  if (oldest !== undefined && oldest.age > PATIENCE_S) {
    throw new Error(`events have waited for ${oldest.age} s: relay or Kafka is down`);
  }
}
