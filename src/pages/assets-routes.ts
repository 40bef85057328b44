import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { PICTURE_CSP } from '../picture.ts';
import type { BrandFile } from './brand.ts';

const ASSETS = {
  'style.css': 'text/css; charset=utf-8',
  'copy.js': 'text/javascript; charset=utf-8',
  'setup.js': 'text/javascript; charset=utf-8',
  'wait.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'jumpcloud.svg': 'image/svg+xml',
};

/** The pages' few files and the brand's, read once. */
export async function assetRoutes(app: FastifyInstance, { files }: { files: BrandFile[] }): Promise<void> {
  for (const [name, type] of Object.entries(ASSETS)) {
    const content = await readFile(new URL(`./assets/${name}`, import.meta.url));
    serve({ path: `/assets/${name}`, type, content });
  }
  for (const file of files) serve(file);

  function serve({ path, type, content }: { path: string; type: string; content: Buffer }): void {
    app.get(path, { logLevel: 'warn', exposeHeadRoute: true }, async (_request, reply) => {
      if (type.startsWith('image/')) reply.header('content-security-policy', PICTURE_CSP);
      return reply.type(type).header('cache-control', 'public, max-age=3600').send(content);
    });
  }
}
