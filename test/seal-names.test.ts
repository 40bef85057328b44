import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';

const SRC = new URL('../src/', import.meta.url);

t.test('what a sealed value is bound to is spelled in one place each', async (t) => {
  const files = (await readdir(SRC, { recursive: true })).filter((file) => /\.tsx?$/.test(file));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, SRC), 'utf8')));
  const spelled = (name: string) => files.filter((_, i) => texts[i]?.includes(`\`${name}:$`));
  t.same(spelled('sso_clients'), ['companies/sso-client-rows.ts']);
  t.same(spelled('sessions'), ['sessions/session-associated-data.ts']);
  t.same(spelled('signing_keys'), ['sessions/signing-keys.ts']);
});
