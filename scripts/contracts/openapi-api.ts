/** docs/openapi-api.yaml: the administrative API, from the routes of src/api/app.ts themselves. */
import swagger from '@fastify/swagger';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { API_CONFIG, type ApiDeps } from '../../src/api/api-deps.ts';
import { buildApiApp } from '../../src/api/app.ts';
import { readConfig } from '../../src/config.ts';
import { VERSION } from './version.ts';

const TAGS: Record<string, string> = {
  companies: 'Companies whose people may sign in',
  domains: 'The email domains of a company',
  clients: 'The JumpCloud applications of a company (SSO clients)',
  'setup links': 'Links by which the admin of a company enables SSO',
  users: "The mirror of the product's users and social accounts",
  preview: "What would happen if a company's people came today",
  identities: 'SSO identities and their links to users',
  results: 'What was decided for sign-ins',
  sessions: 'Who is signed in',
  audit: 'What operators and keys did',
  health: 'For whatever runs it',
};

const about = {
  openapi: '3.1.0',
  info: {
    title: 'SSO Link administrative API',
    version: VERSION,
    description:
      'For the product and its operators, on a listener of its own (`API_HOST`, `API_PORT`). A key of one company gets the same 404 for a thing of another company as for a thing that does not exist. Made from the routes in src/api/ by `npm run docs`.',
    license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    {
      url: '{api_url}',
      variables: {
        api_url: { default: 'http://127.0.0.1:3100', description: '`http://API_HOST:API_PORT`' },
      },
    },
  ],
  tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  components: {
    securitySchemes: {
      key: {
        type: 'http' as const,
        scheme: 'bearer',
        description: 'A key of `sso-link api-keys create`. An operation names the scope that it needs.',
      },
    },
  },
};

/** The app as `buildApiApp` makes it, on nothing: only its routes are looked at. */
export async function openapiOfApi(): Promise<string> {
  const env = {
    DATABASE_URL: 'postgres://localhost/none',
    PUBLIC_URL: 'https://account.example.com',
    SECRET_KEYS: Buffer.alloc(32, 1).toString('base64'),
  };
  const known: Partial<ApiDeps> = {
    config: readConfig(env, API_CONFIG, 'api'),
    log: pino({ level: 'silent' }),
  };
  const app = await buildApiApp(
    new Proxy(known, { get: (deps, name) => Reflect.get(deps, name) ?? nothing }) as ApiDeps,
    async (app) => void (await app.register(swagger, { openapi: about } as Parameters<typeof swagger>[1])),
  );
  try {
    await app.ready();
    return `# Made from the routes in src/api/ by \`npm run docs\`.\n${stringify(app.swagger(), { aliasDuplicateObjects: false, lineWidth: 110 })}`;
  } finally {
    await app.close();
  }
}

/** A dependency that nobody asks for anything. */
const nothing: unknown = new Proxy(() => undefined, { get: () => nothing });
