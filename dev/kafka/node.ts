import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guard } from '../guard.ts';
import { JVM } from './jars.ts';

export interface KafkaNode {
  id: number;
  port: number;
  /** host:port */
  broker: string;
  readonly pid: number | undefined;
  /** SIGKILL: its data stay. */
  kill(): Promise<void>;
  /** In order: it hands its partitions over first. */
  stop(): Promise<void>;
  /** On the same data and port; ready when the cluster lists it. */
  start(): Promise<void>;
  /** SIGSTOP: its connections stay open, and nothing answers. */
  pause(): void;
  /** SIGCONT */
  resume(): void;
}

export interface NodeSettings {
  id: number;
  port: number;
  folder: string;
  properties: string;
  libs: string;
  /** A folder of classes besides the broker's own, a topic policy's for example. */
  classes?: string;
  guard: Guard;
  /** Resolves when the cluster lists this node; rejects once `signal` is aborted. */
  ready(signal: AbortSignal): Promise<void>;
}

/** One JVM: a broker and a controller. */
export function kafkaNode(settings: NodeSettings): KafkaNode {
  const { id, port, folder, properties, libs, classes, guard } = settings;
  const classpath = [join(libs, '*'), ...(classes ? [classes] : [])].join(':');
  let jvm: ChildProcess | undefined;

  async function end(signal: NodeJS.Signals) {
    if (!jvm) return;
    const ending = jvm;
    jvm = undefined;
    ending.ref();
    const ended = ending.exitCode === null && ending.signalCode === null ? once(ending, 'exit') : undefined;
    ending.kill(signal);
    ending.kill('SIGCONT');
    const timer = setTimeout(() => ending.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(timer);
  }

  async function start() {
    if (jvm) return;
    const logFile = join(folder, `log-${id}`);
    const log = await open(logFile, 'a');
    // Detached, so that Ctrl-C in a terminal leaves the order of ending to us.
    const started = spawn('java', [...JVM, '-cp', classpath, 'kafka.Kafka', properties], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    guard.watch(started);
    started.unref();
    const spawned = once(started, 'spawn');
    await log.close();
    await spawned;
    jvm = started;
    const gone = new AbortController();
    started.once('exit', () => gone.abort());
    try {
      await settings.ready(gone.signal);
    } catch (cause) {
      await end('SIGKILL');
      const said = (await readFile(logFile, 'utf8')).split('\n').slice(-20).join('\n');
      throw new Error(`Kafka node ${id} did not start: ${said}`, { cause });
    }
  }

  return {
    id,
    port,
    broker: `127.0.0.1:${port}`,
    get pid() {
      return jvm?.pid;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
    pause: () => void jvm?.kill('SIGSTOP'),
    resume: () => void jvm?.kill('SIGCONT'),
  };
}
