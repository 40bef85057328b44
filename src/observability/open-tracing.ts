import type { Logger } from './log.ts';
import { NO_TRACING, type Tracing, type TracingConfig } from './trace.ts';

/** A role's traces; where the configuration sends them nowhere, none are made and OpenTelemetry isn't loaded. */
export async function openTracing(
  role: string,
  config: TracingConfig,
  log: Pick<Logger, 'info' | 'warn'>,
): Promise<Tracing> {
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT === '') return NO_TRACING;
  const { otlpTracing } = await import('./trace-sdk.ts');
  return otlpTracing(role, config, log);
}
