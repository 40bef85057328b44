/** The one file that knows OpenTelemetry: open-tracing.ts imports it where traces go somewhere, and nobody else. */
import { hostname } from 'node:os';
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type Link,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TraceHeaders } from '../trace-headers.ts';
import type { Logger } from './log.ts';
import { failureOf, isSpan, type Span, type Tracing, type TracingConfig } from './trace.ts';

/** As many as a relay round has rows and a worker's chunk has records. */
const LINKS = 500;
/** A chunk of 500 decisions ends a thousand spans at once; what finds no room is dropped. */
const QUEUE = 8_192;
const STOP_MS = 5_000;

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

const propagator = new W3CTraceContextPropagator();

/** Traces that go to an OTLP/HTTP collector. Headers, compression and time-outs are the exporter's own variables. */
export function otlpTracing(
  role: string,
  config: TracingConfig,
  log: Pick<Logger, 'info' | 'warn'>,
): Tracing {
  const url = `${config.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`;
  const sampler = samplerOf(config.OTEL_TRACES_SAMPLER, config.OTEL_TRACES_SAMPLER_ARG);
  return createTracing(role, telling(new OTLPTraceExporter({ url }), log), sampler);
}

/** Traces that go to the exporter: a collector's, or a test's memory. */
export function createTracing(
  role: string,
  exporter: SpanExporter,
  sampler: Sampler = new AlwaysOnSampler(),
): Tracing {
  const own = { 'service.name': `sso-link-${role}`, 'host.name': hostname() };
  const provider = new TracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before ours.
    resource: defaultResource()
      .merge(resourceFromAttributes(own))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler,
    spanLimits: { linkCountLimit: LINKS },
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: QUEUE })],
  });
  const tracer = provider.getTracer('sso-link');
  const inside = new WeakMap<Span, OtelSpan>();

  function contextOf(origin: Span | TraceHeaders | undefined): Context {
    if (origin === undefined) return ROOT_CONTEXT;
    if (!isSpan(origin)) return propagator.extract(ROOT_CONTEXT, origin, defaultTextMapGetter);
    const span = inside.get(origin);
    return span === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, span);
  }

  function linkTo(origin: Span | TraceHeaders): Link[] {
    const context = trace.getSpanContext(contextOf(origin));
    return context && context.traceFlags & TraceFlags.SAMPLED ? [{ context }] : [];
  }

  return {
    on: true,
    start(name, { kind, parent, links = [], attributes = {} } = {}) {
      const otel = tracer.startSpan(
        name,
        { ...(kind && { kind: KINDS[kind] }), attributes, links: links.flatMap(linkTo) },
        contextOf(parent),
      );
      const span = spanOf(otel);
      inside.set(span, otel);
      return span;
    },
    async stop() {
      // A collector that is down must not use up the grace period: what it does not accept is lost.
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise((resolve) => {
        timer = setTimeout(resolve, STOP_MS);
      });
      await Promise.race([provider.shutdown().catch(() => {}), deadline]);
      clearTimeout(timer);
    },
  };
}

function spanOf(otel: OtelSpan): Span {
  return {
    get headers() {
      const headers: TraceHeaders = {};
      propagator.inject(trace.setSpan(ROOT_CONTEXT, otel), headers, defaultTextMapSetter);
      return headers;
    },
    traceId: otel.spanContext().traceId,
    set(attributes) {
      otel.setAttributes(attributes);
    },
    fail(error) {
      const code = failureOf(error);
      otel.setStatus({ code: SpanStatusCode.ERROR, message: code }).setAttribute('error.type', code);
    },
    end: () => otel.end(),
  };
}

/** As the OpenTelemetry specification names them. */
function samplerOf(name: string, ratio: number): Sampler {
  const root = name.endsWith('always_off')
    ? new AlwaysOffSampler()
    : name.endsWith('traceidratio')
      ? new TraceIdRatioBasedSampler(ratio)
      : new AlwaysOnSampler();
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/** An exporter that says once an outage that nothing arrives. Its errors may hold a collector's key: codes alone. */
function telling(exporter: SpanExporter, log: Pick<Logger, 'info' | 'warn'>): SpanExporter {
  let away = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== 0;
        if (failed && !away) {
          const { code, name } = (result.error ?? {}) as { code?: unknown; name?: string };
          log.warn({ code: code ?? name }, 'the collector takes no traces');
        } else if (!failed && away) log.info('the collector takes traces again');
        away = failed;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
