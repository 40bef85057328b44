import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';

const SRC = new URL('../src/', import.meta.url);

interface Import {
  file: string;
  from: string;
}

async function importsOfSrc(): Promise<Import[]> {
  const files = (await readdir(SRC, { recursive: true })).filter((file) => /\.tsx?$/.test(file));
  const lists = files.map(async (file) => {
    const text = await readFile(new URL(file, SRC), 'utf8');
    const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
    return [...found].map(([, from]) => ({ file, from: from as string }));
  });
  return (await Promise.all(lists)).flat();
}

const folderOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '');
const resolve = ({ file, from }: Import) => new URL(from, new URL(file, SRC)).href.slice(SRC.href.length);

t.test('src/ never imports dev/ or test/, and nothing outside itself', async (t) => {
  for (const found of await importsOfSrc()) {
    if (!found.from.startsWith('.')) continue;
    t.ok(
      new URL(found.from, new URL(found.file, SRC)).href.startsWith(SRC.href),
      `${found.file}: ${found.from}`,
    );
  }
});

t.test('src/kafka/ alone knows kafkajs', async (t) => {
  const users = (await importsOfSrc())
    .filter(({ from }) => from.startsWith('kafkajs'))
    .map((i) => folderOf(i.file));
  t.same([...new Set(users)], ['kafka']);
});

t.test('an import goes down the data’s way, never back up', async (t) => {
  // What a folder may not know: the server's browser side knows nothing of the worker, and so on.
  const forbidden: Record<string, string[]> = {
    login: ['linking', 'kafka', 'commands'],
    sessions: ['login', 'linking', 'kafka', 'commands'],
    provider: ['login', 'sessions', 'outbox', 'kafka', 'linking', 'accounts', 'pages', 'commands'],
    pages: ['login', 'provider', 'outbox', 'kafka', 'linking', 'accounts', 'commands'],
    outbox: ['login', 'sessions', 'provider', 'linking', 'companies', 'accounts', 'pages', 'commands'],
    kafka: ['login', 'outbox', 'linking', 'companies', 'accounts', 'sessions', 'provider', 'pages', 'db'],
    linking: ['login', 'sessions', 'provider', 'pages', 'commands'],
    companies: ['login', 'sessions', 'kafka', 'linking', 'accounts', 'pages', 'commands'],
    accounts: ['login', 'sessions', 'provider', 'kafka', 'pages', 'commands'],
    events: ['login', 'outbox', 'kafka', 'linking', 'companies', 'accounts', 'sessions', 'pages', 'db'],
    db: ['login', 'outbox', 'kafka', 'linking', 'companies', 'accounts', 'sessions', 'provider', 'pages'],
  };
  for (const found of await importsOfSrc()) {
    if (!found.from.startsWith('.')) continue;
    const [from, to] = [folderOf(found.file), folderOf(resolve(found))];
    t.notOk(forbidden[from]?.includes(to), `${found.file} imports ${found.from}`);
  }
});
