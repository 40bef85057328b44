/** How a route of the API describes itself: for validation, for authentication, and for docs/openapi-api.yaml. */
import { type TObject, type TSchema, Type } from 'typebox';
import { SsoLinkError } from '../errors.ts';
import { Problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that a caller's key needs. A route below /v1 without one is refused when the app is built. */
    scope?: string;
  }
}

export interface OperationParts {
  params?: TObject;
  querystring?: TObject;
  headers?: TObject;
  body?: TSchema;
}

export interface OperationInput extends OperationParts {
  /** The name of a generated client's function. */
  operationId: string;
  summary: string;
  description?: string;
  tag: string;
  scope: string;
  /** By status: the description, and the schema of the body if there is one. */
  response: Record<number, OperationResponse>;
  /** The media type of a body that is not JSON; it is handed over as it comes. */
  bodyType?: string;
}

type OperationResponse = [
  description: string,
  body?: TSchema | undefined,
  headers?: Record<string, object> | undefined,
  /** Other media types than JSON. */
  content?: Record<string, { schema: TSchema }>,
];

/** What a route says of itself; exported for declarations. */
export interface OperationSchema {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  response: unknown;
}

/** The options of a route. Errors are the same for each: `application/problem+json`. */
export function operation<const T extends OperationInput>(input: T) {
  const { operationId, summary, description, tag, scope, response, params, querystring, headers, body } =
    input;
  const schema = {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    security: [{ key: [scope] }],
    ...(params && { params }),
    ...(querystring && { querystring }),
    ...(headers && { headers }),
    ...(body && { body: input.bodyType ? { content: { [input.bodyType]: { schema: body } } } : body }),
    response: { ...successes(response), '4xx': failures('Refused'), '5xx': failures('Failed') } as unknown,
  };
  return {
    schema: schema as unknown as OperationSchema & Pick<T, keyof OperationParts & keyof T>,
    config: { scope },
  };
}

function successes(response: OperationInput['response']): Record<string, object> {
  const all = Object.entries(response).map(([status, [description, body, headers, more]]) => [
    status,
    {
      description,
      ...(headers && { headers }),
      ...(body === undefined && more === undefined
        ? { type: 'null' }
        : { content: { ...(body && { 'application/json': { schema: body } }), ...more } }),
    },
  ]);
  return Object.fromEntries(all);
}

const failures = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});

/** No control character: PostgreSQL stores no NUL, and no name needs another one. */
export const Text = (maxLength: number, description?: string) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    ...(description !== undefined && { description }),
  });

export const Slug = Type.String({
  pattern: '^[a-z0-9](-?[a-z0-9])*$',
  maxLength: 63,
  description: 'The slug of a company',
});
export const Id = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  description: 'A UUID in lower case',
});
export const Time = Type.String({ format: 'date-time' });

/**
 * A time as `Time` lets it pass. PostgreSQL has no year 0, and a leap second is no time of JavaScript.
 * @throws SsoLinkError `time_invalid`
 */
export function readTime(text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && time.getUTCFullYear() > 0) return time;
  throw new SsoLinkError('time_invalid', `'${text}' is no time: expected one like 2026-11-27T08:30:00Z`);
}

export const nullable = <T extends TSchema>(type: T) => Type.Union([type, Type.Null()]);

/** A body that is an object with these fields and no others. */
export const Body = <T extends Parameters<typeof Type.Object>[0]>(fields: T, description?: string) =>
  Type.Object(fields, { additionalProperties: false, ...(description !== undefined && { description }) });
