import type { FastifyInstance, FastifyRequest } from 'fastify';
import { NO_SPAN, type Span, type Tracing } from './trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    span: Span;
    /** More for its line in the log. */
    logFields: Record<string, unknown> | null;
  }
}

/** Tells more in the request's line, in place of a line of its own. */
export function addLogFields(request: FastifyRequest, more: Record<string, unknown>): void {
  request.logFields = { ...request.logFields, ...more };
}

/**
 * One line and one span a request. The route's pattern, never the URL: queries carry codes, states and emails.
 * Probes and assets have neither.
 */
export function observeRequests(app: FastifyInstance, tracing: Tracing): void {
  app.decorateRequest('span');
  app.decorateRequest('logFields', null);

  app.addHook('onRequest', async (request, reply) => {
    request.span = NO_SPAN;
    if (!tracing.on || isQuiet(request)) return;
    request.span = startSpan(tracing, request);
    request.log = reply.log = request.log.child({ trace_id: request.span.traceId });
  });

  app.addHook('onResponse', async (request, reply) => {
    const status = reply.statusCode;
    request.log[status >= 500 ? 'error' : 'info'](
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...request.logFields,
      },
      'request',
    );
    request.span.set({ 'http.response.status_code': status });
    if (status >= 500) request.span.fail({ code: request.errorCode ?? String(status) });
    request.span.end();
  });
}

/**
 * A trace begins here, whatever the browser says: `traceparent` is a stranger's word, who could have our traces
 * made and stored, or put himself into another's (W3C Trace Context §4.4, docs/decisions.md). It becomes a link.
 */
function startSpan(tracing: Tracing, request: FastifyRequest): Span {
  const { method, headers, routeOptions } = request;
  const route = routeOptions.url;
  const said = headers.traceparent;
  return tracing.start(route === undefined ? method : `${method} ${route}`, {
    kind: 'server',
    links: typeof said === 'string' ? [{ traceparent: said }] : [],
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'url.scheme': request.protocol,
      'sso_link.request_id': request.id,
    },
  });
}

const isQuiet = (request: FastifyRequest): boolean => request.routeOptions.logLevel === 'warn';
