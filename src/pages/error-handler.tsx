import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseOutage } from '../db/outage.ts';
import { codeOf, SsoLinkError } from '../errors.ts';
import { addLogFields } from '../observability/requests.ts';
import type { Destination } from './links.ts';
import { PROBLEMS, type Problem } from './problem.ts';
import { ProblemPage } from './problem-page.tsx';
import { sendPage } from './send-page.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the person wants to go, once it is known: a problem's page leads there. */
    destination: Destination | undefined;
    /** Of a test link: its admin reads what the provider said, and which setting to change. */
    isTest: boolean;
  }
}

/** What programs call: they get the code of an error, and no page. */
const JSON_PATHS = /^\/(session|\.well-known\/|logout\/backchannel)/;

/** Every error ends here: a page that says what to do, and why in the request's line in the log. */
export function errorHandler(app: FastifyInstance): void {
  app.decorateRequest('destination', undefined);
  app.decorateRequest('isTest', false);
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const code = errorCode(error);
    request.errorCode = code;
    const problem = problemOf(code, error);
    const unexpected = problem.status >= 500 && !(error instanceof SsoLinkError);
    addLogFields(request, {
      code,
      ...(unexpected ? { err: error } : { why: error.message }),
      ...oauthFacts(error),
    });
    return send(problem, code, request, reply, error instanceof SsoLinkError ? error : undefined);
  });
  const methods = methodsByPath(app);
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.get(request.url.replace(/\?.*$/, ''));
    const code = allowed ? 'method_not_allowed' : 'not_found';
    if (allowed) reply.header('allow', [...allowed].join(', '));
    return send(PROBLEMS[code] as Problem, code, request, reply);
  });

  function send(
    problem: Problem,
    code: string,
    request: FastifyRequest,
    reply: FastifyReply,
    error?: SsoLinkError,
  ) {
    reply.code(problem.status).header('cache-control', 'no-store');
    if (JSON_PATHS.test(request.url)) return reply.send({ error: code });
    const page = (
      <ProblemPage
        problem={problem}
        reference={request.id}
        destination={request.destination}
        detail={request.isTest && error ? error.message : undefined}
      />
    );
    return sendPage(reply, page);
  }
}

/** What each path answers to; none of ours has parameters. */
function methodsByPath(app: FastifyInstance): Map<string, Set<string>> {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const allowed = methods.get(url) ?? new Set();
    for (const one of [method].flat()) allowed.add(one);
    methods.set(url, allowed);
  });
  return methods;
}

/** Which endpoint of the provider answered what. */
function oauthFacts(error: unknown): Record<string, string> {
  if (!(error instanceof SsoLinkError)) return {};
  const named = Object.entries(error.facts).filter(([name]) =>
    ['endpoint', 'status', 'oauth_error'].includes(name),
  );
  return Object.fromEntries(named);
}

function errorCode(error: FastifyError): string {
  if (error instanceof SsoLinkError) return error.code;
  if (error.validation) return 'request_malformed';
  return error.code ?? codeOf(error.cause) ?? error.name;
}

function problemOf(code: string, error: FastifyError): Problem {
  const known = PROBLEMS[code];
  if (known !== undefined) return known;
  const status = error.statusCode ?? 500;
  const base = PROBLEMS[status < 500 ? 'request_malformed' : 'unavailable'] as Problem;
  return { ...base, status: status < 500 ? status : isDatabaseOutage(error) ? 503 : 500 };
}
