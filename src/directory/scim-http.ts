/** Bodies, answers and errors of SCIM: `application/scim+json` (RFC 7644 §8.1). */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseOutage } from '../db/outage.ts';
import { codeOf } from '../errors.ts';
import { addLogFields } from '../observability/requests.ts';
import { errorBody, scimError, statusOf } from './scim-error.ts';
import { MAX_BODY } from './scim-schemas.ts';

export function sendScim(reply: FastifyReply, body: object): FastifyReply {
  return reply.header('cache-control', 'no-store').type('application/scim+json').send(JSON.stringify(body));
}

/** Both content types that directories use, up to 1 MiB. A DELETE may have a content type and no body. */
export function readScimBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('remove', 'remove');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/scim+json', 'application/json'],
    { parseAs: 'string', bodyLimit: MAX_BODY },
    (request: FastifyRequest, body: string, done) => {
      if (body.trim() === '') done(null, null);
      else void parse(request, body, done);
    },
  );
}

/** Every error is a SCIM error. The connection of a refused request is closed where its body is long: it is not read. */
export function scimErrors(app: FastifyInstance): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const code = codeOf(error) ?? error.name;
    const status = statusOf(code) ?? statusOfOther(error);
    request.errorCode = code;
    addLogFields(request, { code, ...(status >= 500 ? { err: error } : { why: error.message }) });
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    if (status === 429) reply.header('retry-after', '1');
    if (status === 413 || (status === 401 && hasLongBody(request))) reply.header('connection', 'close');
    const scimCode = status === 400 && statusOf(code) === undefined ? 'scim_invalid_syntax' : code;
    const detail = status >= 500 ? 'the server cannot answer now: try again' : error.message;
    return sendScim(reply.code(status), errorBody(status, detail, scimCode));
  });
  app.setNotFoundHandler(() => {
    throw scimError('scim_not_found', 'there is no such path');
  });
}

/** Node reads and drops the rest of a short one, so that the caller gets the answer and keeps the connection. */
const LONG_BODY = 64 * 1024;

function hasLongBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > LONG_BODY;
}

function statusOfOther(error: FastifyError): number {
  const { statusCode = 500 } = error;
  if (statusCode < 500) return statusCode;
  return isDatabaseOutage(error) ? 503 : 500;
}
