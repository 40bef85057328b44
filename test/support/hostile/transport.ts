import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';

/** How an answer travels. `send` is the honest way. */
export type Transport = (response: ServerResponse, send: () => void) => void | Promise<void>;

/** What a broken or hostile server does to a client that waits for its answer. */
export const transports = {
  /** No answer, ever. */
  silent: () => {},
  /** The head at once, then a byte every so often without an end: each alone is in time. */
  dripping(response) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 200);
    response.on('close', () => clearInterval(timer));
  },
  /** Endless bytes, as quickly as they are read. */
  endless(response) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"padding":"');
    const chunk = 'a'.repeat(64 * 1024);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  },
  /** A whole answer of 8 MiB. */
  huge(response) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const parts = ['{"padding":"', ...Array<string>(128).fill('a'.repeat(64 * 1024)), '"}'];
    pipeline(Readable.from(parts, { objectMode: false }), response, () => {});
  },
  /** Promises more than it sends. */
  truncated(response) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"access_token":"');
    response.destroy();
  },
  /** The connection is gone before a byte. */
  reset(response) {
    response.destroy();
  },
  notJson(response) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"issuer":');
  },
  array(response) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('[]');
  },
  html(response) {
    response.writeHead(500, { 'content-type': 'text/html' });
    response.end('<h1>Internal Server Error</h1>');
  },
} satisfies Record<string, Transport>;

/** Sends the caller elsewhere, an answer in the body or none. */
export function redirecting(to: string, status = 302, body?: unknown): Transport {
  return (response) => {
    response.writeHead(status, { location: to, 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  };
}

/** The honest answer under another status. */
export function underStatus(status: number): Transport {
  return (response, send) => {
    const writeHead = response.writeHead.bind(response);
    response.writeHead = ((_status: number, headers: Record<string, string>) =>
      writeHead(status, headers)) as typeof response.writeHead;
    send();
  };
}
