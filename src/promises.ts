/** Deadlines and deduplication for work under way. */
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for work up to a deadline. The work itself continues; its late failure is not an unhandled rejection.
 * @param milliseconds the deadline
 * @param onLate gives the result, or throws the error, when the deadline passes first
 */
export async function withTimeout<T, L = never>(
  milliseconds: number,
  work: Promise<T>,
  onLate: () => L,
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<L>((resolve, reject) => {
    timer = setTimeout(() => {
      try {
        resolve(onLate());
      } catch (error) {
        reject(error);
      }
    }, milliseconds);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Work by key: a call while the same key's work is under way gets the result of that work. */
export function singleFlight<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, Promise<T>>();
  return (key, work) => {
    const known = underWay.get(key);
    if (known) return known;
    const started = work().finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  };
}

/**
 * Work by key, one after the other. The work of different keys does not wait for each other.
 * @param options.most how much of a key may wait
 * @param options.rest milliseconds from the end of a key's work to its next, by how many the work took. Default 0
 * @param options.onFull throws the error of what is one too many
 */
export function createQueues(options: {
  most: number;
  rest?: (took: number) => number;
  onFull(): never;
}): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const { most, rest = () => 0, onFull } = options;
  const queues = new Map<string, { last: Promise<unknown>; count: number }>();
  return async (key, work) => {
    const queue = queues.get(key) ?? { last: Promise.resolve(), count: 0 };
    if (queue.count > most) onFull();
    queues.set(key, queue);
    queue.count += 1;
    let began = 0;
    const mine = queue.last.then(() => {
      began = performance.now();
      return work();
    });
    const done = () => {
      queue.count -= 1;
      return delay(rest(performance.now() - began));
    };
    const last = mine.then(done, done);
    queue.last = last;
    void last.then(() => {
      if (queue.last === last) queues.delete(key);
    });
    return mine;
  };
}

/**
 * Runs `act` at once where it did not run for a moment, else once at the moment's end, however often it is called.
 * @param milliseconds the moment
 */
export function coalesce(milliseconds: number, act: () => void): () => void {
  let waiting = false;
  let ranAt = Number.NEGATIVE_INFINITY;
  function run(): void {
    waiting = false;
    ranAt = performance.now();
    act();
  }
  return () => {
    if (waiting) return;
    const pause = ranAt + milliseconds - performance.now();
    if (pause <= 0) return run();
    waiting = true;
    setTimeout(run, pause).unref();
  };
}

/**
 * Work by key whose result is used again for a while; calls at the same time share it. A failure is not kept.
 * @param options.forMs milliseconds since the work began
 * @param options.most results that are kept; the oldest go first
 */
export function createReuse<T>(options: {
  forMs: number;
  most: number;
  now?: () => number;
}): (key: string, work: () => Promise<T>) => Promise<T> {
  const { forMs, most, now = Date.now } = options;
  /** The oldest first: all are kept for the same time. */
  const kept = new Map<string, { result: Promise<T>; at: number }>();

  function dropOld(): void {
    for (const [key, { at }] of kept) {
      if (kept.size < most && now() - at < forMs) return;
      kept.delete(key);
    }
  }

  return (key, work) => {
    const known = kept.get(key);
    if (known && now() - known.at < forMs) return known.result;
    kept.delete(key);
    dropOld();
    const entry = { result: work(), at: now() };
    kept.set(key, entry);
    entry.result.catch(() => {
      if (kept.get(key) === entry) kept.delete(key);
    });
    return entry.result;
  };
}
