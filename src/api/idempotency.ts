/**
 * `Idempotency-Key`: a POST that is sent again within 24 hours gets the answer of the first one and does nothing. The row is
 * claimed before the route runs; the answer is stored sealed, since a test link is a secret.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { codeOf, SsoLinkError } from '../errors.ts';
import type { ApiDeps } from './api-deps.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The row that this request claimed, until its answer is stored. */
    claim: Claim | null;
  }
}

interface Claim {
  keyId: string;
  idempotencyKey: string;
  requestHash: Buffer;
}

interface Answer {
  status: number;
  type: string;
  location: string | null;
  body: string;
}

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,255}$',
      description: 'Sent again within 24 hours, the request does nothing and gets the first answer',
    }),
  ),
});

const ASSOCIATED_DATA = ({ keyId, idempotencyKey }: Claim) => `api_requests:${keyId}:${idempotencyKey}`;

/** Holds for each POST of `v1` that takes the header. Needs the caller. */
export function acceptIdempotencyKeys(v1: FastifyInstance, deps: Pick<ApiDeps, 'database' | 'sealer'>): void {
  v1.decorateRequest('claim', null);

  v1.addHook('preHandler', async (request, reply) => {
    const claim = claimOf(request);
    if (claim === undefined) return;
    if (await take(deps, claim)) {
      request.claim = claim;
      return;
    }
    const { status, type, location, body } = await storedAnswer(deps, claim);
    if (location !== null) void reply.header('location', location);
    return reply.code(status).type(type).header('idempotent-replayed', 'true').send(body);
  });

  v1.addHook('onSend', async (request, reply, payload) => {
    const { claim } = request;
    if (claim === null) return payload;
    request.claim = null;
    const { location } = reply.getHeaders();
    const answer: Answer = {
      status: reply.statusCode,
      type: String(reply.getHeader('content-type') ?? 'application/json'),
      location: typeof location === 'string' ? location : null,
      body: String(payload ?? ''),
    };
    // After a failure the request may be tried again.
    await (answer.status < 500 ? store(deps, claim, answer) : release(deps, claim)).catch((error: unknown) =>
      request.log.warn({ code: codeOf(error) }, 'the answer for an Idempotency-Key is not stored'),
    );
    return payload;
  });
}

function claimOf(request: FastifyRequest): Claim | undefined {
  const idempotencyKey = request.headers['idempotency-key'];
  if (request.method !== 'POST' || typeof idempotencyKey !== 'string') return undefined;
  if (request.routeOptions.schema?.headers !== IdempotencyHeaders) return undefined;
  const said = JSON.stringify([request.method, request.url, request.body ?? null]);
  const requestHash = createHash('sha256').update(said).digest();
  return { keyId: request.caller.id, idempotencyKey, requestHash };
}

/** Also deletes some expired rows of others. @returns false where the key was used within 24 hours */
async function take({ database }: Pick<ApiDeps, 'database'>, claim: Claim): Promise<boolean> {
  const { keyId, idempotencyKey, requestHash } = claim;
  const taken = await database.sql`
    WITH expired AS (
      DELETE FROM api_requests WHERE (key_id, idempotency_key) IN (
        SELECT key_id, idempotency_key FROM api_requests
        WHERE created_at < now() - interval '24 hours'
          AND (key_id, idempotency_key) <> (${keyId}, ${idempotencyKey})
        LIMIT 10 FOR UPDATE SKIP LOCKED)
    )
    INSERT INTO api_requests AS r (key_id, idempotency_key, request_hash)
    VALUES (${keyId}, ${idempotencyKey}, ${requestHash})
    ON CONFLICT (key_id, idempotency_key) DO UPDATE
      SET request_hash = EXCLUDED.request_hash, answer = NULL, created_at = now()
      WHERE r.created_at < now() - interval '24 hours'
        -- Its process ended before it answered.
        OR (r.answer IS NULL AND r.request_hash = EXCLUDED.request_hash
          AND r.created_at < now() - interval '2 minutes')
    RETURNING 1`;
  return taken.length > 0;
}

/** @throws SsoLinkError `idempotency_key_reused`, `idempotency_key_in_progress` */
async function storedAnswer(
  { database, sealer }: Pick<ApiDeps, 'database' | 'sealer'>,
  claim: Claim,
): Promise<Answer> {
  const [row] = await database.sql<{ requestHash: Buffer; answer: string | null }[]>`
    SELECT request_hash AS "requestHash", answer FROM api_requests
    WHERE key_id = ${claim.keyId} AND idempotency_key = ${claim.idempotencyKey}`;
  if (row && !claim.requestHash.equals(row.requestHash)) {
    throw new SsoLinkError('idempotency_key_reused', 'this Idempotency-Key was sent with another request');
  }
  if (!row || row.answer === null) {
    throw new SsoLinkError(
      'idempotency_key_in_progress',
      'the first request with this key has not ended yet',
    );
  }
  return JSON.parse(sealer.open(row.answer, ASSOCIATED_DATA(claim))) as Answer;
}

async function store(
  { database, sealer }: Pick<ApiDeps, 'database' | 'sealer'>,
  claim: Claim,
  answer: Answer,
): Promise<void> {
  const sealed = sealer.seal(JSON.stringify(answer), ASSOCIATED_DATA(claim));
  await database.sql`
    UPDATE api_requests SET answer = ${sealed}
    WHERE key_id = ${claim.keyId} AND idempotency_key = ${claim.idempotencyKey}`;
}

async function release({ database }: Pick<ApiDeps, 'database'>, claim: Claim): Promise<void> {
  await database.sql`
    DELETE FROM api_requests WHERE key_id = ${claim.keyId} AND idempotency_key = ${claim.idempotencyKey}`;
}
