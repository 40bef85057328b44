/**
 * Traces, as the rest of the service knows them. OpenTelemetry implements it in trace-sdk.ts, and is loaded
 * only where traces go somewhere (open-tracing.ts): off, a span is an object that does nothing.
 */
import type { Config } from '../config.ts';
import { codeOf } from '../errors.ts';
import type { TraceHeaders } from '../trace-headers.ts';

/** The variables that say where traces go, and how many. */
export const TRACING_CONFIG = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
] as const;

export type TracingConfig = Config<(typeof TRACING_CONFIG)[number]>;

export interface Span {
  /** `traceparent` and perhaps `tracestate`: what goes along with a row or a record. */
  readonly headers: TraceHeaders;
  /** For a line in the log. */
  readonly traceId: string | undefined;
  /** Names by OpenTelemetry's semantic conventions. Never a secret, an email, a code or a token. */
  set(attributes: Attributes): void;
  /** It failed, by the error's code: a message may quote what nobody may read. */
  fail(error: unknown): void;
  /** A span that never ends is never told. */
  end(): void;
}

export type Attributes = Record<string, string | number | boolean | undefined>;

export interface SpanOptions {
  kind?: 'server' | 'client' | 'producer' | 'consumer';
  /** A span of this process, or the headers that came with a row or a record. Without one a trace begins. */
  parent?: Span | TraceHeaders;
  /** What else it belongs to, other traces mostly. Those that aren't sampled are left out. */
  links?: readonly (Span | TraceHeaders)[];
  attributes?: Attributes;
}

export interface Tracing {
  readonly on: boolean;
  start(name: string, options?: SpanOptions): Span;
  /** Sends what has ended, for 5 s at most. */
  stop(): Promise<void>;
}

/** Traces nothing. The context of a row or a record is passed on unchanged. */
export const NO_TRACING: Tracing = {
  on: false,
  start: (_name, options) => (options?.parent ? { ...NO_SPAN, headers: headersOf(options.parent) } : NO_SPAN),
  stop: async () => {},
};

export const NO_SPAN: Span = { headers: {}, traceId: undefined, set() {}, fail() {}, end() {} };

/** Runs the work in a span that ends with it, and fails as it fails. */
export async function inSpan<T>(
  tracing: Pick<Tracing, 'start'>,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracing.start(name, options);
  try {
    return await work(span);
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/** The status of a failed span. */
export const failureOf = (error: unknown): string => codeOf(error) ?? 'unknown';

function headersOf(parent: Span | TraceHeaders): TraceHeaders {
  return isSpan(parent) ? parent.headers : parent;
}

export function isSpan(thing: Span | TraceHeaders): thing is Span {
  return typeof thing.end === 'function';
}
