import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type ImportReport, importAccounts } from '../accounts/import.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import type { ApiDeps } from './api-deps.ts';
import { requireAllCompanies } from './authentication.ts';
import { operation } from './operation.ts';

const NDJSON = 'application/x-ndjson';
/** A whole mirror; it is streamed, and a batch of it is in memory. */
const BODY_LIMIT = 16 * 1024 ** 3;
/** Rejected lines that are reported one by one. A client that does not read yet costs their memory. */
const MAX_TOLD = 50_000;

export const IMPORT_ACCOUNTS = operation({
  ...{ tag: 'users', operationId: 'importAccounts', scope: 'accounts:write' },
  summary: 'Import users and social accounts from NDJSON',
  description:
    'The lines of `sso-link accounts import`, streamed; for a key of all companies. The answer is NDJSON: `{"type":"bad_line","line","reason"}` and `{"type":"conflict",…}` and `{"type":"late_match",…}` as they are found (50 000 at most), and last `{"type":"summary",…}`, or `{"type":"stopped","code","detail"}` where the import ended early. The lines before it are imported; an import can be repeated. Gzip is recognized.',
  body: Type.Unsafe<Readable>({ description: 'A JSON object per line' }),
  bodyType: NDJSON,
  response: { 200: ['Line by line', undefined, undefined, { [NDJSON]: { schema: Type.String() } }] },
});

export function importRoute(v1: FastifyInstance, deps: Pick<ApiDeps, 'database'>): void {
  v1.addContentTypeParser(NDJSON, (_request, stream, done) => done(null, stream));

  v1.post('/accounts/import', { ...IMPORT_ACCOUNTS, bodyLimit: BODY_LIMIT }, async (request, reply) => {
    requireAllCompanies(request.caller);
    const stream = request.body as Readable;
    if (typeof stream?.pipe !== 'function') {
      throw new SsoLinkError('import_format', `expected a body of ${NDJSON}`);
    }
    const out = new PassThrough();
    const tell = (line: object) => void out.write(`${JSON.stringify(line)}\n`);
    const run = importAccounts(deps.database, request.caller.actor, 'api', stream, reportTo(tell));
    const ended = run.then(
      ({ lateMatches, ...summary }) =>
        void out.end(`${JSON.stringify({ type: 'summary', ...summary, late_matches: lateMatches })}\n`),
      (error: unknown) => {
        if (out.readableLength === 0 && !reply.sent) throw error;
        request.log.error({ err: error }, 'the import stopped');
        const code = codeOf(error) ?? 'import_stopped';
        const detail = error instanceof SsoLinkError ? error.message : 'the log of this service says why';
        out.end(`${JSON.stringify({ type: 'stopped', code, detail })}\n`);
      },
    );
    // Until there is something to say, a failure is still a problem with a status of its own.
    await Promise.race([ended, new Promise((resolve) => out.once('readable', resolve))]);
    ended.catch((error: unknown) => out.destroy(error as Error));
    return reply.type(NDJSON).send(out);
  });
}

function reportTo(tell: (line: object) => void): ImportReport {
  let told = 0;
  const within = () => {
    told += 1;
    return told <= MAX_TOLD;
  };
  return {
    bad: (line) => within() && tell({ type: 'bad_line', ...line }),
    conflict: ({ line, userId, reason, company, wanted }) =>
      within() && tell({ type: 'conflict', line, user_id: userId, reason, company, wanted }),
    lateMatch: ({ id, company, identityId, createdUserId, userId }) =>
      within() &&
      tell({
        ...{ type: 'late_match', id, company, sso_identity_id: identityId },
        ...{ created_user_id: createdUserId, user_id: userId },
      }),
  };
}
