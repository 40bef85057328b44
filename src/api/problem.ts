/** Errors as RFC 9457 problems. `code` is the code that the commands print. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isDatabaseOutage } from '../db/outage.ts';
import { SsoLinkError } from '../errors.ts';
import { addLogFields } from '../observability/requests.ts';

export const Problem = Type.Object({
  type: Type.Literal('about:blank'),
  title: Type.String({ description: 'The name of the status' }),
  status: Type.Integer(),
  code: Type.String({ description: 'Stable. Branch on it' }),
  detail: Type.String({ description: 'For a person; its words can change' }),
  request_id: Type.String({ description: 'The request in the log of this service' }),
});

/** Every code ends in `_not_found` where the thing is missing. The others are listed. */
const CONFLICTS = [
  ...['company_exists', 'company_without_domain', 'domain_taken'],
  ...['client_draft_exists', 'client_taken', 'client_changed', 'client_disabled', 'client_region_ambiguous'],
  ...['client_secrets_exhausted', 'client_secret_last'],
  ...['user_deleted', 'user_not_active', 'user_has_identity', 'other_company', 'company_set_by_link'],
  ...['client_active', 'client_not_active', 'client_still_active', 'batch_unfinished'],
  ...['identity_linked', 'identity_not_linked', 'result_pending', 'idempotency_key_in_progress'],
  ...['directory_tokens_exhausted'],
  ...['change_outdated', 'late_match_decided', 'late_match_outdated'],
];
const UNPROCESSABLE = [
  ...['slug_invalid', 'name_invalid', 'email_invalid', 'cursor_invalid', 'account_invalid', 'import_format'],
  ...['domain_invalid', 'domain_freemail', 'domain_public_suffix', 'client_secret_invalid', 'expiry_invalid'],
  ...['region_not_found', 'region_missing', 'client_credential_wrong', 'company_unknown'],
  ...['idempotency_key_reused', 'nothing_to_change', 'changed_at_invalid', 'time_invalid'],
];
const STATUS: Record<string, number> = {
  ...Object.fromEntries(CONFLICTS.map((code) => [code, 409])),
  ...Object.fromEntries(UNPROCESSABLE.map((code) => [code, 422])),
  key_invalid: 401,
  scope_missing: 403,
  key_of_one_company: 403,
  method_not_allowed: 405,
  rate_limited: 429,
  client_check_failed: 502,
};
/** Their messages name another company. */
const NAMES_OTHERS = ['domain_taken', 'client_taken', 'other_company'];

const NOT_FOUND = 'it does not exist, or this key cannot see it';

/** Every error ends here. A 404 has the same body whether a thing is missing or is another company's. */
export function problemHandler(app: FastifyInstance): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const { status, code } = statusOf(error);
    addLogFields(request, { code, ...(status >= 500 ? { err: error } : { why: error.message }) });
    return sendProblem(request, reply, { status, code, detail: detailOf(error, request, status, code) });
  });
}

/** @param problem.detail for a person; nothing of another company, no secret */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: { status: number; code: string; detail: string },
): FastifyReply {
  const { status, code, detail } = problem;
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send({ type: 'about:blank', title: STATUS_CODES[status], status, code, detail, request_id: request.id });
}

function statusOf(error: FastifyError): { status: number; code: string } {
  if (error instanceof SsoLinkError) {
    const known = STATUS[error.code] ?? (error.code.endsWith('_not_found') ? 404 : undefined);
    if (known !== undefined) return { status: known, code: error.code };
  }
  if (isDatabaseOutage(error)) return { status: 503, code: 'database_unavailable' };
  if (error.validation) return { status: 400, code: 'request_invalid' };
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return { status, code: FASTIFY[error.code] ?? 'request_invalid' };
  return { status: 500, code: 'internal_error' };
}

const FASTIFY: Record<string, string> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
};

function detailOf(error: FastifyError, request: FastifyRequest, status: number, code: string): string {
  if (status === 404) return NOT_FOUND;
  if (status === 502) return error.message;
  if (status >= 500) return 'the request failed; the log of this service says why';
  if (NAMES_OTHERS.includes(code) && request.caller?.companyId != null) return 'another company has it';
  return error.message;
}
