/** The operations of docs/openapi-api.yaml, which `npm run check` holds equal to the routes. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

export interface Operation {
  method: string;
  path: string;
  operationId: string;
  scope: string | undefined;
}

interface Document {
  paths: Record<string, Record<string, { operationId: string; security?: { key?: string[] }[] }>>;
}

export async function operations(): Promise<Operation[]> {
  const text = await readFile(new URL('../../docs/openapi-api.yaml', import.meta.url), 'utf8');
  const { paths } = parse(text) as Document;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, security }]) => ({
      ...{ method: method.toUpperCase(), path, operationId },
      scope: security?.[0]?.key?.[0],
    })),
  );
}
