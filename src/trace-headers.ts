/** `traceparent` and `tracestate` (W3C Trace Context), as plain headers. */
export type TraceHeaders = Record<string, string>;
