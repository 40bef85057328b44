/** Traces that end in a test's memory. */
import { createTracing } from '../../src/observability/trace-sdk.ts';

type Exporter = Parameters<typeof createTracing>[1];
export type ToldSpan = Parameters<Exporter['export']>[0][number];

export interface Memory {
  spans: ToldSpan[];
  exporter: Exporter;
  /** A role's traces into this memory: complete once the role has stopped. */
  tracing(role: string, sampler?: Parameters<typeof createTracing>[2]): ReturnType<typeof createTracing>;
}

export function traceMemory(): Memory {
  const spans: ToldSpan[] = [];
  const exporter: Exporter = {
    export(ended, done) {
      spans.push(...ended);
      done({ code: 0 });
    },
    shutdown: async () => {},
  };
  return { spans, exporter, tracing: (role, sampler) => createTracing(role, exporter, sampler) };
}

export const roleOf = (span: ToldSpan): unknown => span.resource.attributes['service.name'];
