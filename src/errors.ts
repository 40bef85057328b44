/**
 * The one error class of this service. Code branches on `code`, never on a message. The message is for an
 * operator: it names the cause and what to do. What a person at the browser reads is chosen by `code` in
 * src/pages/. Never keep a library's error that may carry a secret as `cause`: take its code (style rule 22).
 */
export class SsoLinkError<Code extends string = string> extends Error {
  override readonly name = 'SsoLinkError';
  readonly code: Code;
  /** The ids that the message is about, for advice by `code` (commands/advice.ts). */
  readonly facts: Record<string, string>;

  constructor(code: Code, message: string, options?: { cause?: unknown; facts?: Record<string, string> }) {
    super(message, options);
    this.facts = options?.facts ?? {};
    this.code = code;
  }
}

/** The `code` of whatever was thrown, ours or a library's, if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
