import type { FastifyReply, FastifyRequest } from 'fastify';
import { addLogFields } from '../observability/requests.ts';
import type { LinkResultWaits, WaitOutcome } from './link-result-waits.ts';

/**
 * Holds a request until its login has a link result, for LOGIN_WAIT at most, or until the browser gives up. The
 * request's line in the log says how the wait ended.
 */
export async function holdForLinkResult(
  linkResults: Pick<LinkResultWaits, 'wait'>,
  request: FastifyRequest,
  reply: FastifyReply,
  login: { id: string; isNew: boolean },
): Promise<WaitOutcome> {
  const began = performance.now();
  const outcome = await linkResults.wait(login.id, { isNew: login.isNew, signal: signalOf(reply) });
  request.heldMs = performance.now() - began;
  addLogFields(request, { link_result: outcome, held_ms: Math.round(request.heldMs) });
  // The answer's connection would be kept alive: the next request belongs to another server.
  if (outcome === 'stopping') reply.header('connection', 'close');
  return outcome;
}

/** Every answered request ends with `close`, too: the default reason, an error with its stack, costs 2 % of a login's CPU. */
const CLOSED = 'the connection is closed';

/** Aborted when the browser gives up on this request. */
function signalOf(reply: FastifyReply): AbortSignal {
  if (reply.raw.closed) return AbortSignal.abort(CLOSED);
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort(CLOSED));
  return controller.signal;
}
