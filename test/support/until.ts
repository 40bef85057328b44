import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition; throws when it does not come true in time.
 * @param within milliseconds
 * @param seen what there is instead, for the error's text
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  within = 20_000,
  seen: () => unknown = () => condition.toString(),
): Promise<void> {
  for (const deadline = Date.now() + within; !(await condition()); await delay(20)) {
    if (Date.now() > deadline) throw new Error(`not true within ${within} ms: ${seen()}`);
  }
}
