/** Pictures that an operator gives: a PNG, or an SVG that does nothing but draw. */
import { SsoLinkError } from './errors.ts';

export interface Picture {
  type: 'image/png' | 'image/svg+xml';
  content: Buffer;
}

const MAX_BYTES = 256 * 1024;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** What an SVG picture does not need, and what would run or load something. It is also served under a CSP that forbids both. */
const ACTIVE = [
  /<\s*(?:script|foreignobject|iframe|object|embed|audio|video|animate|set|a)\b/i,
  /\son\w+\s*=/i,
  /javascript:/i,
  /<!(?:doctype|entity)/i,
  /@import/i,
  /(?:href|src)\s*=(?!\s*["']?\s*(?:#|data:image\/png))/i,
  /url\((?!\s*["']?#)/i,
];

/** A picture that is opened on its own runs nothing, and loads nothing. */
export const PICTURE_CSP = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/**
 * @param name what it is, for the error: a variable, an option or a file
 * @throws SsoLinkError `picture_invalid`
 */
export function readPicture(name: string, content: Buffer): Picture {
  const invalid = (why: string) => new SsoLinkError('picture_invalid', `${name} ${why}`);
  if (content.length > MAX_BYTES) throw invalid('is larger than 256 KiB');
  if (content.subarray(0, PNG.length).equals(PNG)) return { type: 'image/png', content };
  const text = content.toString('utf8');
  if (!/<svg[\s>]/i.test(text)) throw invalid('is neither a PNG nor an SVG picture');
  const active = ACTIVE.map((part) => part.exec(text)?.[0]).find((found) => found !== undefined);
  if (active)
    throw invalid(`has a part that a picture does not need: ${active.trim()}. Export it as plain SVG`);
  return { type: 'image/svg+xml', content };
}
