import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';

const SRC = new URL('../src/', import.meta.url);

/** What a folder may import beside itself, the root files, `db` and `observability` (docs/architecture.md). */
const ALLOWED: Record<string, string[]> = {
  db: ['events'],
  observability: ['http'],
  http: [],
  events: [],
  provider: [],
  kafka: ['events'],
  outbox: ['events', 'kafka'],
  states: ['outbox', 'events'],
  companies: ['provider', 'states'],
  accounts: ['companies', 'policy', 'states', 'outbox', 'events', 'kafka'],
  'api-keys': ['companies'],
  policy: ['events'],
  linking: ['policy', 'accounts', 'companies', 'states', 'outbox', 'events', 'kafka'],
  pages: ['sessions', 'events', 'http'],
  sessions: ['companies', 'provider', 'accounts', 'outbox', 'events', 'http', 'pages'],
  directory: ['companies', 'sessions', 'states', 'outbox', 'events', 'http'],
  login: [
    ...['sessions', 'pages', 'policy', 'companies', 'provider', 'accounts'],
    ...['outbox', 'events', 'http'],
  ],
  setup: ['companies', 'policy', 'pages', 'events', 'http'],
  roles: [
    ...['http', 'events', 'kafka', 'outbox', 'linking', 'companies', 'accounts', 'policy'],
    ...['provider', 'sessions', 'login', 'pages', 'api'],
    ...['provider', 'sessions', 'login', 'pages', 'directory'],
  ],
  api: [
    ...['companies', 'accounts', 'api-keys', 'policy', 'linking', 'sessions', 'states'],
    ...['directory', 'outbox', 'events', 'http'],
  ],
  commands: [
    ...['companies', 'accounts', 'api-keys', 'policy', 'linking', 'outbox', 'provider', 'sessions'],
    ...['events', 'kafka', 'roles', 'directory', 'states'],
  ],
};
/** Where a folder may use another one's types alone. */
const TYPES_ONLY: Record<string, string[]> = {
  db: ['events'],
  outbox: ['kafka'],
  accounts: ['kafka'],
  pages: ['sessions', 'events'],
};
/** Root files that wire the public HTTP app may import what their routes are made of. */
const WIRING = ['app.ts', 'app-deps.ts', 'cli.ts'];

interface Import {
  file: string;
  /** The path in src/, or a package. */
  target: string;
  typeOnly: boolean;
}

async function importsOfSrc(): Promise<Import[]> {
  const files = (await readdir(SRC, { recursive: true })).filter((file) => /\.tsx?$/.test(file));
  const lists = files.map(async (file) => {
    const text = await readFile(new URL(file, SRC), 'utf8');
    const found = text.matchAll(
      /^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|^import\s+'([^']+)'/gm,
    );
    return [...found].map(([, type, from, dynamic, bare]) => {
      const path = from ?? dynamic ?? bare ?? '';
      const target = path.startsWith('.')
        ? new URL(path, new URL(file, SRC)).href.slice(SRC.href.length)
        : path;
      return { file, target, typeOnly: type !== undefined };
    });
  });
  return (await Promise.all(lists)).flat();
}

const imports = await importsOfSrc();
const local = imports.filter(({ target }) => /\.tsx?$/.test(target));
const folderOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '');

/** Why an import is not allowed, if it is not. */
function fault({ file, target, typeOnly }: Import): string | undefined {
  const [from, to] = [folderOf(file), folderOf(target)];
  if (from === to || to === '' || to === 'db' || to === 'observability') return undefined;
  if (from === '') return WIRING.includes(file) ? undefined : `${file} is a root file and imports ${target}`;
  if (!ALLOWED[from]?.includes(to)) return `${from}/ may not import ${to}/: ${file} imports ${target}`;
  if (TYPES_ONLY[from]?.includes(to) && !typeOnly)
    return `${from}/ may import types of ${to}/ alone: ${file} imports ${target}`;
  return undefined;
}

t.test('each folder imports what it may, and a new folder nothing', async (t) => {
  t.ok(local.length > 500, `${local.length} imports were found`);
  t.same(
    local.map(fault).filter((found) => found !== undefined),
    [],
  );
  t.match(
    fault({ file: 'provider/x.ts', target: 'companies/y.ts', typeOnly: true }),
    /provider\/ may not import/,
  );
  t.match(fault({ file: 'new/x.ts', target: 'events/y.ts', typeOnly: true }), /new\/ may not import/);
});

t.test('src/ imports nothing outside of itself', async (t) => {
  t.same(
    local.filter(({ target }) => target.startsWith('file:')),
    [],
  );
});

t.test('src/kafka/ alone knows kafkajs', async (t) => {
  const users = imports.filter(({ target }) => target.startsWith('kafkajs')).map((i) => folderOf(i.file));
  t.same([...new Set(users)], ['kafka']);
});

/** A circle among these imports, as a path, if there is one. */
function circle(all: Import[]): string[] | undefined {
  const next = new Map<string, string[]>();
  for (const { file, target } of all) next.set(file, [...(next.get(file) ?? []), target]);
  const done = new Set<string>();
  function visit(file: string, path: string[]): string[] | undefined {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of next.get(file) ?? []) {
      const found = visit(target, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  }
  for (const file of next.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

t.test('no imports form a circle, types included', async (t) => {
  t.same(circle(local), undefined);
  const made = [
    { file: 'a.ts', target: 'b.ts', typeOnly: true },
    { file: 'b.ts', target: 'a.ts', typeOnly: true },
  ];
  t.same(circle(made), ['a.ts', 'b.ts', 'a.ts']);
});
