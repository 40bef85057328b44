import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** A whole document; what is put into it is escaped by the renderer. */
export function renderPage(page: VNode): string {
  return `<!doctype html>${renderToString(page)}`;
}
