import { type TSchema, Type } from 'typebox';
import { json, type RouteSchema } from '../http/route-schema.ts';

const status = (description: string, more: TSchema | false = false) =>
  Type.Object({ status: Type.String({ description }) }, { additionalProperties: more });
const health = status('`ok`, `degraded`, `not ready` or `stopping`', Type.String());

export const LIVEZ: RouteSchema = {
  operationId: 'getLiveness',
  summary: 'Whether the process lives',
  description: 'Checks no dependency: an outage of one does not require a restart.',
  tags: ['health'],
  security: [],
  response: { 200: json('It does', status('`ok`')) },
};

export const READYZ: RouteSchema = {
  operationId: 'getReadiness',
  summary: 'Whether it can serve',
  description:
    'The state of each dependency, unless a proxy forwarded the request. `degraded` means that an optional dependency is down; the role serves.',
  tags: ['health'],
  security: [],
  response: { 200: json('It can', health), 503: json('It can’t, or is stopping', health) },
};
