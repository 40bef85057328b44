import type { Admin } from 'kafkajs';
import type { Logger } from '../observability/log.ts';
import { type BrokerConfig, createClient, unavailable } from './client.ts';

/** Connects, works, disconnects. @throws SsoLinkError that of `work`; `kafka_unavailable` for kafkajs's own */
export async function withAdmin<T>(
  config: BrokerConfig,
  log: Logger,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = createClient(config, log, { retries: 3 }).admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw unavailable(error);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
