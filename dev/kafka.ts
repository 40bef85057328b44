import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './free-port.ts';
import { startGuard } from './guard.ts';
import { distribution, formatted, missing } from './kafka/jars.ts';
import { clusterView } from './kafka/metadata.ts';
import { type KafkaNode, kafkaNode } from './kafka/node.ts';

export { KAFKA_VERSION } from './kafka/jars.ts';
export type { KafkaNode } from './kafka/node.ts';

export interface KafkaOptions {
  /** Default 1. Three are a cluster in which a leader can be killed. */
  brokers?: 1 | 3;
  /** More listeners of a single broker, beside the plain one. */
  listeners?: KafkaListener[];
  /** One for each broker: what clients reach it by. The brokers' own traffic takes no proxy. */
  proxied?: ProxiedListener[];
  /** A folder of Java classes that the broker loads. */
  classes?: string;
  /** Server properties that go over ours. */
  properties?: Record<string, string>;
  /** Starts one even where KAFKA_BROKERS is set: a test that kills nodes needs its own. */
  own?: boolean;
}

export interface KafkaListener {
  /** In capitals, as in `listener.name.<name>.` properties in lower case. */
  name: string;
  protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** The host that is advertised to clients; an IPv6 address in brackets. */
  host: string;
  port: number;
  /** What clients are given where a proxy is in front it. Default `port`. */
  advertised?: number;
}

export interface ProxiedListener {
  /** The broker listens here. */
  port: number;
  /** A proxy listens here: the address that the broker gives to clients. */
  advertised: number;
}

export interface KafkaCluster {
  /** host:port of each. */
  brokers: string[];
  /** True where KAFKA_BROKERS names them: nothing was started, `nodes` is empty. */
  external: boolean;
  nodes: KafkaNode[];
  /** Ends every node and removes the data. */
  stop(): Promise<void>;
}

const START = 90_000;

/** Whether `startKafka` can work here, and else why not: what a test says where it skips. */
export async function kafkaAvailable(
  options: Pick<KafkaOptions, 'own'> = {},
): Promise<{ available: true } | { available: false; reason: string }> {
  const reason = process.env.KAFKA_BROKERS && !options.own ? undefined : await missing();
  return reason === undefined ? { available: true } : { available: false, reason };
}

/**
 * Starts a real Apache Kafka (KRaft, each JVM a broker and a controller) on free loopback ports, its data
 * in a temporary folder. It ends with this process, however that ends. Where KAFKA_BROKERS is set, those
 * brokers are used instead.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  const given = process.env.KAFKA_BROKERS;
  if (given && !options.own) {
    return {
      brokers: given.split(',').map((at) => at.trim()),
      external: true,
      nodes: [],
      stop: async () => {},
    };
  }
  const { brokers: count = 1, properties = {}, listeners = [], proxied } = options;
  const from = await distribution();
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-kafka-'));
  const guard = startGuard(folder, 'KILL');
  const nodes: KafkaNode[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await guard.release();
  };
  try {
    const cluster = randomBytes(16).toString('base64url');
    const ports = await freePorts(2 * count);
    const members = Array.from({ length: count }, (_, index) => ({
      id: index + 1,
      port: ports[2 * index] as number,
      controllerPort: ports[2 * index + 1] as number,
    }));
    for (const [index, member] of members.entries()) {
      const data = join(folder, `data-${member.id}`);
      const directory = randomBytes(16).toString('base64url');
      await formatted(from, data, { cluster, node: member.id, directory });
      const file = join(folder, `server-${member.id}.properties`);
      const more = [...listeners, ...(proxied?.slice(index, index + 1) ?? []).map(proxiedListener)];
      await writeFile(file, serverProperties(member, members, data, more, properties));
      nodes.push(
        kafkaNode({
          ...{ id: member.id, port: member.port, folder, guard },
          properties: file,
          libs: join(from, 'libs'),
          ...(options.classes && { classes: options.classes }),
          ready: (signal) => together(member.port, [member.id], signal),
        }),
      );
    }
    await Promise.all(nodes.map((node) => node.start()));
    const ids = nodes.map(({ id }) => id);
    await Promise.all(nodes.map(({ port }) => together(port, ids, AbortSignal.timeout(START))));
    return { brokers: nodes.map(({ broker }) => broker), external: false, nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function proxiedListener({ port, advertised }: ProxiedListener): KafkaListener {
  return { name: 'PROXIED', protocol: 'PLAINTEXT', host: '127.0.0.1', port, advertised };
}

interface Member {
  id: number;
  port: number;
  controllerPort: number;
}

function serverProperties(
  self: Member,
  members: Member[],
  data: string,
  more: KafkaListener[],
  over: Record<string, string>,
): string {
  const replicas = String(members.length);
  const inSync = members.length === 3 ? '2' : '1';
  const at = ({ name, host, port }: KafkaListener) => `${name}://${host}:${port}`;
  const toClients = (one: KafkaListener) => at({ ...one, port: one.advertised ?? one.port });
  const plain: KafkaListener = {
    name: 'PLAINTEXT',
    protocol: 'PLAINTEXT',
    host: '127.0.0.1',
    port: self.port,
  };
  const controller = { ...plain, name: 'CONTROLLER', port: self.controllerPort };
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(self.id),
    'controller.quorum.voters': members.map((one) => `${one.id}@127.0.0.1:${one.controllerPort}`).join(','),
    listeners: [plain, controller, ...more].map(at).join(','),
    'advertised.listeners': [plain, ...more].map(toClients).join(','),
    'listener.security.protocol.map': [plain, controller, ...more]
      .map(({ name, protocol }) => `${name}:${protocol}`)
      .join(','),
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '3',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    // A group's first member waits for no others.
    'group.initial.rebalance.delay.ms': '0',
    // A killed leader is noticed after 6 s, not 9.
    'broker.session.timeout.ms': '6000',
    'broker.heartbeat.interval.ms': '1000',
    ...over,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Waits until the broker on this port says that all of these are in the cluster, and has a controller. */
async function together(port: number, ids: number[], signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + START;
  let last: unknown;
  while (Date.now() < deadline && !signal.aborted) {
    try {
      const view = await clusterView(port, 2000);
      if (view.controller >= 0 && ids.every((id) => view.brokers.includes(id))) return;
    } catch (error) {
      last = error;
    }
    await delay(50);
  }
  throw last ?? new Error(`the broker on port ${port} did not join`);
}
