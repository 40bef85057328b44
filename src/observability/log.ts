import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Wherever one of these names stands in what is logged, its value does not. */
const SECRET_FIELDS = ['secret', 'password', 'token', 'code', 'state', 'cookie', 'authorization', 'email'];

/**
 * The JSON log of a role, a line an event. Secrets are not handed to it in the first place; the redaction
 * is the second net.
 */
export function createLogger(options: { level: string; role: string }): Logger {
  return pino({
    level: options.level,
    base: { role: options.role },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((f) => [f, `*.${f}`]), censor: '[redacted]' },
  });
}
