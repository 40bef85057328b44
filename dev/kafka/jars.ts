import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const KAFKA_VERSION = '4.4.0';

const run = promisify(execFile);
const POM = fileURLToPath(new URL('pom.xml', import.meta.url));

/** The JVM's options: little memory, and a quick start rather than top speed. */
export const JVM = [
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

const cache = () =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sso-link', `kafka-${KAFKA_VERSION}`);

/** Why no broker can be started here; undefined where one can. */
export async function missing(): Promise<string | undefined> {
  const java = await javaMajor();
  if (java === undefined) return 'no Java';
  if (java < 17) return `Java ${java}, and Kafka 4 wants 17`;
  if (await complete(cache())) return undefined;
  const maven = await run('mvn', ['--version']).then(
    () => true,
    () => false,
  );
  return maven ? undefined : 'no Maven to get the broker with';
}

async function javaMajor(): Promise<number | undefined> {
  const said = await run('java', ['-version']).then(
    ({ stderr }) => stderr,
    () => '',
  );
  const major = said.match(/version "(\d+)/)?.[1];
  return major === undefined ? undefined : Number(major);
}

const complete = (folder: string) =>
  readdir(join(folder, 'formatted')).then(
    () => true,
    () => false,
  );

/**
 * The broker's jars (`libs`) and a log folder as kafka-storage formats it (`formatted`), from the cache;
 * the first time Maven fetches them, which takes up to a minute.
 */
export async function distribution(): Promise<string> {
  const folder = cache();
  if (await complete(folder)) return folder;
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    await run('mvn', [
      ...['--batch-mode', '--quiet', '--file', POM, 'dependency:copy-dependencies'],
      ...[
        '-DincludeScope=runtime',
        `-DoutputDirectory=${join(work, 'libs')}`,
        `-Dkafka.version=${KAFKA_VERSION}`,
      ],
    ]);
    await format(work);
    // Complete or not there at all: two that start at once don't see each other's half.
    await rename(work, folder).catch(async (error) => {
      if (!(await complete(folder))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

/** Formats once and for all: the features of this version are the same for each cluster. */
async function format(folder: string): Promise<void> {
  const properties = join(folder, 'format.properties');
  await writeFile(
    properties,
    [
      'process.roles=broker,controller',
      'node.id=1',
      'controller.quorum.voters=1@127.0.0.1:1',
      'listeners=PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:1',
      'controller.listener.names=CONTROLLER',
      `log.dirs=${join(folder, 'formatted')}`,
    ].join('\n'),
  );
  const classpath = join(folder, 'libs', '*');
  const id = Buffer.alloc(16, 1).toString('base64url');
  const storage = ['kafka.tools.StorageTool', 'format', '--cluster-id', id, '--config', properties];
  await run('java', [...JVM, '-cp', classpath, ...storage]);
  await rm(properties);
}

/** A formatted log folder for one node of one cluster: the cached one under its own ids. */
export async function formatted(
  from: string,
  to: string,
  ids: { cluster: string; node: number; directory: string },
) {
  await cp(join(from, 'formatted'), to, { recursive: true });
  const { cluster, node, directory } = ids;
  const meta = ['version=1', `cluster.id=${cluster}`, `node.id=${node}`, `directory.id=${directory}`];
  await writeFile(join(to, 'meta.properties'), `${meta.join('\n')}\n`);
}
