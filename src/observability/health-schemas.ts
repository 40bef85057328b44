import { type TSchema, Type } from 'typebox';
import { json, type RouteSchema } from '../http/route-schema.ts';

const status = (description: string, more: TSchema | false = false) =>
  Type.Object({ status: Type.String({ description }) }, { additionalProperties: more });
const health = status('`ok`, `degraded`, `not ready` or `stopping`', Type.String());

export const LIVEZ: RouteSchema = {
  summary: 'Whether the process lives',
  description: 'Asks nothing of anybody: a dependency’s outage is no reason to restart.',
  tags: ['health'],
  response: { 200: json('It does', status('`ok`')) },
};

export const READYZ: RouteSchema = {
  summary: 'Whether it can serve',
  description:
    'A word for each dependency, unless a proxy forwarded the request. Where one is away that it can do without, it is `degraded` and serves.',
  tags: ['health'],
  response: { 200: json('It can', health), 503: json('It can’t, or is stopping', health) },
};
