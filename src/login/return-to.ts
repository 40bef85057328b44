const MAX_BYTES = 512;

/**
 * Where a person may be sent after sign-in: a URL whose origin is listed, or a path of the product.
 * @param appUrl what a relative `return_to` is relative to
 * @returns the URL in normal form, or undefined where it may not be followed
 */
export function readReturnTo(
  value: unknown,
  { appUrl, origins }: { appUrl: string; origins: readonly string[] },
): string | undefined {
  if (typeof value !== 'string' || Buffer.byteLength(value) > MAX_BYTES) return undefined;
  // Browsers drop these or turn them into slashes before they parse: none has a place in a URL.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(value) || !value.isWellFormed()) return undefined;
  const relative = value.startsWith('/') && !value.startsWith('//');
  if (!relative && !/^https?:\/\/[^/]/i.test(value)) return undefined;
  if (!URL.canParse(value, appUrl)) return undefined;
  const url = new URL(value, appUrl);
  if (url.username || url.password) return undefined;
  const allowed = relative ? url.origin === new URL(appUrl).origin : origins.includes(url.origin);
  return allowed && Buffer.byteLength(url.href) <= 2 * MAX_BYTES ? url.href : undefined;
}
