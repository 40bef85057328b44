/**
 * SCIM 2.0 at `/scim/v2` (RFC 7644): how a company's directory says who may still sign in. The token alone names the
 * company, and is checked before a body is read. docs/directory.md has the table of requests.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { bearerKeyOf } from '../bearer-keys.ts';
import type { Transaction } from '../db/client.ts';
import { createQueues } from '../promises.ts';
import { discoveryRoutes } from './scim-discovery-routes.ts';
import { scimError } from './scim-error.ts';
import { readScimBodies, scimErrors, sendScim } from './scim-http.ts';
import { listResponse, type Selection, select } from './scim-reply.ts';
import { type Served, servedBelow } from './scim-resources.ts';
import { searchRoute } from './scim-search.ts';
import { authenticateDirectory, type DirectoryCaller } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose directory calls, by its token. */
    directory: DirectoryCaller | null;
  }
}

export type ScimDeps = Pick<AppDeps, 'config' | 'database' | 'notifyRelay'>;
type Query = Selection & { filter?: string; startIndex?: string; count?: string };
type Resource = { Params: { id: string }; Body: Record<string, unknown>; Querystring: Query };

/** Changes of one company that may wait for their turn: a directory sends one request after the other, or a few at once. */
const WAITING_MAX = 100;
/**
 * Milliseconds at most from one change of a company to its next. It is twice what the change took, so that a push of
 * thousands has a third of a server's time at most, and is hardly felt by people who sign in beside it. A directory whose
 * requests come over a network does not notice: its next one is under way for longer.
 */
const REST_MAX_MS = 1_000;

export async function scimRoutes(app: FastifyInstance, deps: ScimDeps): Promise<void> {
  const { config, database } = deps;
  const base = `${config.PUBLIC_URL}/scim/v2`;
  app.decorateRequest('directory', null);
  readScimBodies(app);
  scimErrors(app);

  app.addHook('onRequest', async (request) => {
    const token = bearerKeyOf(request.headers.authorization);
    const caller = token === null ? null : await authenticateDirectory(database, token);
    if (caller === null) throw scimError('scim_unauthorized', 'the bearer token is missing or not valid');
    request.directory = caller;
    request.company = caller.company;
  });

  discoveryRoutes(app, base);
  const served = servedBelow(base);
  const inTurn = createQueues({
    most: WAITING_MAX,
    rest: (took) => Math.min(2 * took, REST_MAX_MS),
    onFull: () => {
      throw scimError('scim_busy', 'too many changes at once: try again');
    },
  });
  for (const one of served) resourceRoutes(app, { ...deps, inTurn }, one);
  searchRoute(app, database, served);
}

/** The caller: the hook above has let the request pass. */
export const callerOf = (request: FastifyRequest): DirectoryCaller => request.directory as DirectoryCaller;

function resourceRoutes(
  app: FastifyInstance,
  { database, notifyRelay, inTurn }: ScimDeps & { inTurn: ReturnType<typeof createQueues> },
  served: Served,
): void {
  const { endpoint } = served.kind;

  /**
   * One transaction for each request, and one at a time for each company: they would wait for the directory's lock, each
   * with a connection that people who sign in need. The relay is notified after the commit.
   */
  async function change<T>(
    request: FastifyRequest,
    work: (tx: Transaction, caller: DirectoryCaller) => Promise<T>,
  ): Promise<T> {
    const caller = callerOf(request);
    const done = await inTurn(caller.companyId, () => database.transaction((tx) => work(tx, caller)));
    notifyRelay();
    return done;
  }

  const send = (request: FastifyRequest<Resource>, reply: FastifyReply, resource: object) =>
    sendScim(reply, select(resource as Record<string, unknown>, request.query));

  app.get<Resource>(endpoint, async (request, reply) => {
    const page = await served.list(database.sql, callerOf(request), request.query);
    return sendScim(
      reply,
      listResponse({ ...page, rows: page.rows.map((row) => select(row, request.query)) }),
    );
  });

  app.post<Resource>(endpoint, async (request, reply) => {
    const body = bodyOf(request);
    const created = await change(request, (tx, caller) => served.create(tx, caller, body));
    const { location } = created.meta as { location: string };
    return send(request, reply.code(201).header('location', location), created);
  });

  app.get<Resource>(`${endpoint}/:id`, async (request, reply) =>
    send(request, reply, await served.find(database, callerOf(request), request.params.id)),
  );

  app.put<Resource>(`${endpoint}/:id`, async (request, reply) => {
    const { id } = request.params;
    const body = bodyOf(request);
    const replaced = await change(request, (tx, caller) => served.replace(tx, caller, { id, body }));
    return send(request, reply, replaced);
  });

  app.patch<Resource>(`${endpoint}/:id`, async (request, reply) => {
    const { id } = request.params;
    const body = bodyOf(request);
    const patched = await change(request, (tx, caller) => served.patch(tx, caller, { id, body }));
    return send(request, reply, patched);
  });

  app.delete<Resource>(`${endpoint}/:id`, async (request, reply) => {
    await change(request, (tx, caller) => served.remove(tx, caller, request.params.id));
    return reply.code(204).send();
  });
}

function bodyOf(request: FastifyRequest<Resource>): Record<string, unknown> {
  const { body } = request;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw scimError('scim_invalid_syntax', 'the body is missing: expected a JSON object');
}
