/** Colors that can be read, from the product's one: WCAG 2.2 contrast on our pages' backgrounds, light and dark. */

/** style.css: `--page` in light (darker than the card), `--card` in dark (lighter than the page). */
const LIGHT = '#f4f5f3';
const DARK = '#1b211f';
/** Of text (WCAG 2.2 §1.4.3). */
const READABLE = 4.5;
const STEPS = 20;

/** The style sheet's variables for a color like `#1f6f5c`. */
export function brandCss(color: string): string {
  const light = variables(color, readable(color, LIGHT, '#000000'));
  const dark = readable(color, DARK, '#ffffff');
  return `:root{${light}}@media (prefers-color-scheme:dark){:root{${variables(dark, dark)}}}`;
}

const variables = (accent: string, link: string): string =>
  `--accent:${accent};--accent-text:${textOn(accent)};--link:${link}`;

/** Black or white, whichever is read better: always 4.58 at least. */
const textOn = (color: string): string =>
  contrast(color, '#000000') > contrast(color, '#ffffff') ? '#000000' : '#ffffff';

/** The color itself where it can be read on the background, else mixed with black or white until it can. */
function readable(color: string, background: string, towards: string): string {
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = mix(color, towards, step / STEPS);
    if (contrast(mixed, background) >= READABLE) return mixed;
  }
  return towards;
}

/** From 1 to 21 (WCAG 2.2, “contrast ratio”). */
export function contrast(a: string, b: string): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const channels = (color: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

function mix(color: string, towards: string, share: number): string {
  const to = channels(towards);
  const mixed = channels(color).map((value, i) => Math.round(value + ((to[i] ?? 0) - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
