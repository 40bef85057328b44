/** docs/openapi.yaml: the server's HTTP surface, from the routes of src/app.ts themselves. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { buildApp } from '../../src/app.ts';
import type { AppDeps } from '../../src/app-deps.ts';
import { readConfig } from '../../src/config.ts';
import { SESSION_COOKIE, SETUP_COOKIE } from '../../src/http/cookies.ts';
import { loadPages } from '../../src/pages/brand.ts';
import { SERVER_CONFIG } from '../../src/roles/server.ts';
import { VERSION } from './version.ts';

const about = {
  openapi: '3.1.0',
  info: {
    title: 'SSO Link',
    version: VERSION,
    description:
      'Sign-in by JumpCloud, and who is signed in. What is refused answers with a page that says what to do, or with `{"error": code}` where it is JSON. Metrics are served on a port of their own. Made from the routes in src/ by `npm run docs`.',
    license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    {
      url: '{public_url}',
      variables: { public_url: { default: 'https://account.example.com', description: '`PUBLIC_URL`' } },
    },
  ],
  tags: [
    { name: 'login', description: 'For browsers' },
    { name: 'setup', description: 'For an admin who has a setup link' },
    { name: 'session', description: 'For the product' },
    { name: 'health', description: 'For whatever runs it' },
  ],
  components: {
    securitySchemes: {
      session: { type: 'apiKey' as const, in: 'cookie', name: SESSION_COOKIE },
      setup: { type: 'apiKey' as const, in: 'cookie', name: SETUP_COOKIE },
    },
  },
};

/** The app as `buildApp` makes it, on nothing: only its routes are looked at. */
export async function openapi(): Promise<string> {
  const env = {
    DATABASE_URL: 'postgres://localhost/none',
    PUBLIC_URL: 'https://account.example.com',
    APP_URL: 'https://app.example.com',
    SOCIAL_LOGIN_URL: 'https://app.example.com/sign-in',
    RETURN_ORIGINS: 'https://app.example.com',
    SECRET_KEYS: Buffer.alloc(32, 1).toString('base64'),
  };
  const config = readConfig(env, SERVER_CONFIG);
  const known: Partial<AppDeps> = {
    config,
    pages: await loadPages(config),
    log: pino({ level: 'silent' }),
    // The first that `buildApp` hands its app to, before there is any route.
    metrics: { observe: describe, onHeld: () => {}, onWait: () => {} },
  };
  const app = await buildApp(
    new Proxy(known, { get: (deps, name) => Reflect.get(deps, name) ?? nothing }) as AppDeps,
  );
  try {
    await app.ready();
    return `# Made from the routes in src/ by \`npm run docs\`.\n${stringify(app.swagger(), { aliasDuplicateObjects: false, lineWidth: 110 })}`;
  } finally {
    await app.close();
  }
}

function describe(app: FastifyInstance): void {
  void app.register(swagger, {
    openapi: about,
    // The pages' own files are no contract, and SCIM describes itself.
    transform: ({ schema, url }) => ({
      schema: /^\/(?:assets|scim)\//.test(url) ? { ...schema, hide: true } : schema,
      url,
    }),
  } as Parameters<typeof swagger>[1]);
}

/** A dependency that nobody asks for anything. */
const nothing: unknown = new Proxy(() => undefined, { get: () => nothing });
