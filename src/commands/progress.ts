import { MultiBar, type SingleBar } from 'cli-progress';
import type { Io } from './io.ts';
import { printable } from './output.ts';

export interface Progress {
  update(bytes: number, lines: number): void;
  /** A line on standard error, above the bar. */
  note(text: string): void;
  stop(): void;
}

/**
 * A progress bar on standard error where that is a terminal; else notes alone.
 * @param bytes of the whole input, where that is known
 */
export function startProgress(io: Io, bytes: number | undefined): Progress {
  if (!io.stderr.isTTY) {
    return {
      update() {},
      note: (text) => void io.stderr.write(`${printable(text)}\n`),
      stop() {},
    };
  }
  const known = '  {bar} {percentage} % | {lines} lines | {perSecond}/s | {eta_formatted} to go';
  const unknown = '  {lines} lines | {perSecond}/s';
  const bars = new MultiBar({
    format: bytes === undefined ? unknown : known,
    stream: io.stderr as NodeJS.WriteStream,
    hideCursor: true,
    clearOnComplete: true,
    fps: 5,
  });
  const begun = Date.now();
  const bar: SingleBar = bars.create(bytes || 1, 0, { lines: 0, perSecond: 0 });
  let stopped = false;
  return {
    update(done, lines) {
      const seconds = (Date.now() - begun) / 1_000;
      bar.update(done, { lines, perSecond: Math.round(lines / Math.max(seconds, 0.1)) });
    },
    note: (text) => bars.log(`${printable(text)}\n`),
    stop() {
      if (!stopped) bars.stop();
      stopped = true;
    },
  };
}
