/** How routes say what they answer: for docs/openapi.yaml, and for the serializer where it is JSON. */
import type { FastifySchema } from 'fastify';
import { type TSchema, Type } from 'typebox';

/** A route's schema, and what a document says of it. */
export interface RouteSchema extends FastifySchema {
  /** The name of a generated client's function. */
  operationId: string;
  summary: string;
  description?: string;
  tags: ('login' | 'setup' | 'session' | 'health')[];
  /** Which cookie it reads, by its name in the document; empty for none. */
  security: Record<string, string[]>[];
}

/** A page that a person reads. */
export const page = (description: string) => ({
  description,
  content: { 'text/html': { schema: Type.String() } },
});

/** A 303: the browser follows it. */
export const redirect = (description: string) => ({
  description,
  type: 'null',
  headers: { location: { type: 'string', description: 'Where to' } },
});

export const json = (description: string, schema: TSchema) => ({
  description,
  content: { 'application/json': { schema } },
});

/** What went wrong, by its stable code. */
export const failure = (description: string) => json(description, Type.Object({ error: Type.String() }));
