import type { Socket } from 'node:net';

/** Bytes that wait for the receiver, the delay or the network before the sender is paused. */
const MAX_WAITING = 256 * 1024;

export interface BytePipe {
  /** Passes nothing from now on, the end of the connection included. */
  hold(): void;
  /** Passes what was held, and what comes after it. */
  release(): void;
}

/**
 * Passes bytes from one socket to the other, in order and with back pressure. A half-closed connection stays
 * half-closed, a reset is passed on as a reset.
 * @param delay milliseconds that a chunk waits; read once for each chunk
 */
export function pipeBytes(from: Socket, to: Socket, delay: () => number): BytePipe {
  const waiting: { due: number; bytes: number; pass(): void }[] = [];
  let [held, blocked, size, lastDue] = [false, false, 0, 0];
  let timer: NodeJS.Timeout | undefined;

  function add(bytes: number, pass: () => void): void {
    lastDue = Math.max(lastDue, performance.now() + delay());
    waiting.push({ due: lastDue, bytes, pass });
    size += bytes;
    pump();
  }

  function pump(): void {
    clearTimeout(timer);
    while (!held && !blocked) {
      const [next] = waiting;
      if (next === undefined) break;
      const wait = next.due - performance.now();
      if (wait > 0) {
        timer = setTimeout(pump, wait);
        break;
      }
      waiting.shift();
      size -= next.bytes;
      next.pass();
    }
    if (held || blocked || size > MAX_WAITING) from.pause();
    else from.resume();
  }

  from.on('data', (chunk: Buffer) =>
    add(chunk.length, () => {
      blocked = !to.write(chunk);
    }),
  );
  to.on('drain', () => {
    blocked = false;
    pump();
  });
  from.on('end', () => add(0, () => to.end()));
  let failed = false;
  from.on('error', () => {
    failed = true;
  });
  from.on('close', () =>
    add(0, () => {
      if (failed) to.resetAndDestroy();
      else to.destroySoon();
    }),
  );
  to.on('close', () => clearTimeout(timer));

  return {
    hold() {
      held = true;
      pump();
    },
    release() {
      held = false;
      pump();
    },
  };
}
