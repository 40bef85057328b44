/** Whether a text could be a company's slug: what isn't one needs no question to the database. */
export function isSlug(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9](-?[a-z0-9])*$/.test(text);
}
