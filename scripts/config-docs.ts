/** `npm run docs`: writes docs/configuration.md from the table in src/config.ts; `--check` only compares. */
import { readFile, writeFile } from 'node:fs/promises';
import { VARIABLES, type VariableName } from '../src/config.ts';
import { RELAY_CONFIG } from '../src/roles/relay.ts';
import { SERVER_CONFIG } from '../src/roles/server.ts';
import { WORKER_CONFIG } from '../src/roles/worker.ts';

const FILE = new URL('../docs/configuration.md', import.meta.url);
const ROLES = { server: SERVER_CONFIG, relay: RELAY_CONFIG, worker: WORKER_CONFIG } as const;

const rows = (Object.keys(VARIABLES) as VariableName[]).map((name) => {
  const {
    description,
    expects,
    default: fallback,
    roleDefaults = {},
  } = VARIABLES[name] as {
    description: string;
    expects: string;
    default?: string;
    roleDefaults?: Record<string, string>;
  };
  const readBy = Object.entries(ROLES)
    .filter(([, names]) => (names as readonly string[]).includes(name))
    .map(([role]) => role);
  const others = Object.entries(roleDefaults).map(([role, value]) => `, \`${value}\` (${role})`);
  const standard =
    fallback === undefined ? '**required**' : fallback === '' ? 'empty' : `\`${fallback}\`${others.join('')}`;
  return `| \`${name}\` | ${standard} | ${description} Expected: ${expects}. | ${readBy.join(', ') || 'commands'} |`;
});

const text = `# Configuration

Every role and command reads the environment, and nothing else. A missing or invalid value stops it at start
with a line that names the variable and what is expected. This page is generated from \`src/config.ts\` by
\`npm run docs\`.

| Name | Default | Description | Read by |
|---|---|---|---|
${rows.join('\n')}
`;

if (process.argv.includes('--check')) {
  if ((await readFile(FILE, 'utf8').catch(() => '')) !== text) {
    console.error('docs/configuration.md is not what src/config.ts says: run `npm run docs`');
    process.exit(1);
  }
} else {
  await writeFile(FILE, text);
}
