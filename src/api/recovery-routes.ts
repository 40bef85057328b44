/** After an incident: links of a misused SSO client are undone, and events that a consumer lost are published again. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { linkResult } from '../events/link-result.ts';
import { redoLinks } from '../linking/redo-links.ts';
import { replayResults } from '../linking/replay-results.ts';
import { previewUndo, undoLinks } from '../linking/undo-links.ts';
import { republishStates } from '../states/republish.ts';
import type { ApiDeps } from './api-deps.ts';
import { visibleCompany } from './company-scope.ts';
import { IdempotencyHeaders } from './idempotency.ts';
import { Body, Id, nullable, operation, readTime, Slug, Text } from './operation.ts';
import { visibleUndo } from './visible.ts';

const OfCompany = Type.Object({ slug: Slug });
const CONTINUED = 'It can take minutes. Where the connection is lost, send the request again: it continues.';
const Range = {
  since: Type.String({ format: 'date-time', description: 'At this time or later' }),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'Before this time. Default: now' })),
  dry_run: Type.Optional(Type.Boolean({ description: 'Count, and change nothing' })),
};
const count = (description: string) => Type.Integer({ description });

export const UNDO_LINKS = operation({
  ...{ tag: 'clients', operationId: 'undoLinks', scope: 'identities:write' },
  summary: 'Undo the links that the sign-ins of a misused SSO client made',
  description: `409 \`client_still_active\` while the client is active. A link that was changed since stays. Sessions end, and no sign-in links again until the link is approved or made; \`user.link_removed\` has the cause \`undo\` and the batch. ${CONTINUED}`,
  params: Type.Object({ slug: Slug, id: Id }),
  headers: IdempotencyHeaders,
  body: Body({ ...Range, reason: Type.Optional(Text(500, 'For the audit log')) }),
  response: {
    200: [
      'Undone, or counted',
      Type.Object({
        batch: nullable(Type.String({ description: 'What a redo names; null of a dry run' })),
        links: count('Links that were removed'),
        suspended: count('Users whom these sign-ins had created'),
        companies: count('Users who are of no company again'),
        sessions: count('Sessions that ended'),
        changed_since: nullable(count('Links that stay; null where it was no dry run')),
      }),
    ],
  },
});
export const REDO_LINKS = operation({
  ...{ tag: 'identities', operationId: 'redoLinks', scope: 'identities:write' },
  summary: 'Make the links of an undo again, where nothing was changed since',
  description: `409 \`batch_unfinished\` while the undo has not finished. ${CONTINUED}`,
  params: Type.Object({ id: Id }),
  headers: IdempotencyHeaders,
  response: {
    200: [
      'Made again',
      Type.Object({
        batch: Id,
        links: count('Links that were made again'),
        resumed: count('Users whom the undo had suspended'),
        left: count('Links that stay removed'),
      }),
    ],
  },
});
export const REPLAY_RESULTS = operation({
  ...{ tag: 'events', operationId: 'replayResults', scope: 'events:write' },
  summary: 'Publish the link results of a company again',
  description:
    '`ce_id`, `ce_sequence` and data are as they were: a consumer that deduplicates ignores what it has, and one that keeps the latest result keeps it. It can take minutes.',
  params: OfCompany,
  headers: IdempotencyHeaders,
  body: Body(Range),
  response: {
    200: [
      'Published again, or counted',
      Type.Object({
        type: Type.Literal(linkResult.type),
        events: count('Results that are published again'),
        unnumbered: count('Results of versions that stored no number: left out'),
        dry_run: Type.Boolean(),
      }),
    ],
  },
});
export const REPUBLISH_STATES = operation({
  ...{ tag: 'events', operationId: 'republishStates', scope: 'events:write' },
  summary: 'Publish the states of a company and of its SSO identities again',
  description: 'On `sso.companies` and `sso.identities`. A state keeps its number. It can take minutes.',
  params: OfCompany,
  headers: IdempotencyHeaders,
  response: {
    200: [
      'Published again',
      Type.Object({
        companies: Type.Integer(),
        identities: count('SSO identities, with the number that their state had'),
        renewed: count('SSO identities whose state was not published before'),
      }),
    ],
  },
});

export function recoveryRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();
  const { database, notifyRelay } = deps;

  app.post('/companies/:slug/clients/:id/undo-links', UNDO_LINKS, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { reason, dry_run: isDryRun, ...range } = request.body;
    const asked = { slug, clientId: request.params.id, ...readRange(range) };
    if (isDryRun) {
      const { changedSince, ...counts } = await previewUndo(database, asked);
      return { batch: null, ...counts, changed_since: changedSince };
    }
    const { actor } = request.caller;
    const done = await undoLinks(database, actor, { ...asked, ...(reason !== undefined && { reason }) });
    notifyRelay();
    return { ...done, changed_since: null };
  });

  app.post('/link-batches/:id/redo', REDO_LINKS, async (request) => {
    const { id } = await visibleUndo(database, request, request.params.id);
    const done = await redoLinks(database, request.caller.actor, id);
    notifyRelay();
    return done;
  });

  app.post('/companies/:slug/events/replay', REPLAY_RESULTS, async (request) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const { dry_run: dryRun = false, ...range } = request.body;
    const asked = { company: slug, dryRun, ...readRange(range) };
    const done = await replayResults(database, request.caller.actor, asked);
    notifyRelay();
    return { type: linkResult.type, ...done, dry_run: dryRun };
  });

  app.post('/companies/:slug/events/republish-state', REPUBLISH_STATES, async (request) => {
    const { id: companyId, slug } = await visibleCompany(deps, request, request.params.slug);
    const done = await republishStates(database, request.caller.actor, { companyId, target: slug });
    notifyRelay();
    return done;
  });
}

function readRange({ since, until }: { since: string; until?: string }): { since: Date; until?: Date } {
  return { since: readTime(since), ...(until !== undefined && { until: readTime(until) }) };
}
