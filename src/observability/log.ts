import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Wherever one of these names stands in what is logged, its value does not. */
const SECRET_FIELDS = ['secret', 'password', 'token', 'state', 'cookie', 'authorization', 'email'];

/**
 * The JSON log of a role, a line an event. Secrets are not handed to it in the first place; the redaction
 * is the second net.
 */
export function createLogger(
  options: { level: string; role: string },
  destination: DestinationStream = pino.destination(1),
): Logger {
  const settings = {
    level: options.level,
    base: { role: options.role },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((f) => [f, `*.${f}`]), censor: '[redacted]' },
  };
  return pino(settings, destination);
}
