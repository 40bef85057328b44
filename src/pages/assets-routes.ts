import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';

const ASSETS = {
  'style.css': 'text/css; charset=utf-8',
  'wait.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

/** The pages' few files, read once. */
export async function assetRoutes(app: FastifyInstance): Promise<void> {
  for (const [name, type] of Object.entries(ASSETS)) {
    const content = await readFile(new URL(`./assets/${name}`, import.meta.url));
    app.get(`/assets/${name}`, { logLevel: 'warn', exposeHeadRoute: true }, async (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=3600').send(content),
    );
  }
}
