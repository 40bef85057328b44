const MAX_LENGTH = 200;
/** Longer runs may be a token, a code or a secret. */
const TOKEN = /[\w~+/=-]{32,}/g;

/**
 * A provider's `error_description` (RFC 6749 §4.1.2.1, §5.2) for a log or an operator: one bounded line without
 * anything that could be a secret.
 * @param secrets removed wherever they stand
 */
export function readDescription(value: unknown, secrets: readonly string[] = []): string | undefined {
  if (typeof value !== 'string') return undefined;
  let text = value.replace(/[^\x20-\x7e]+/g, ' ');
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '…');
  text = text.replace(TOKEN, '…').trim();
  if (text === '') return undefined;
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
