/**
 * Notes every secret that is handed out over HTTP in this process: cookies, states, nonces,
 * codes, verifiers, client secrets and tokens. With the logs at the most verbose level it makes any test a
 * test of them.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Test } from 'tap';

/** Names of a query's, a form's and a JSON answer's fields whose values nobody else may know. */
const SECRET_FIELD = /^(state|nonce|code|code_verifier|code_challenge|client_secret|token|\w+_token)$/;
/** The cookie that holds no secret: a company's slug. */
const OPEN_COOKIE = /company$/;
/** Shorter values stand in other words. */
const SHORTEST = 12;

const issued = new Set<string>();

/** One more that no log may hold. */
export function noteSecret(value: unknown): void {
  if (typeof value === 'string' && value.length >= SHORTEST) issued.add(value);
}

export const secretsIssued = (): number => issued.size;

/**
 * A log's lines, kept until the test file's end and searched then: a line with a secret fails the file.
 * @param name whose log it is, for the error
 */
export function watchedLog(t: Test, name: string): { lines: string[]; write(line: string): void } {
  const lines: string[] = [];
  t.teardown(() => {
    const leaked = leaks(lines, issued);
    if (leaked.length > 0) throw new Error(`secrets in the log of ${name}:\n${leaked.join('\n')}`);
  });
  return { lines, write: (line) => lines.push(line) };
}

/** The lines that hold one of the secrets. One pass over the lines, however many secrets there are. */
export function leaks(lines: string[], secrets: Iterable<string>): string[] {
  const byStart = new Map<string, string[]>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST) continue;
    const start = secret.slice(0, SHORTEST);
    byStart.set(start, [...(byStart.get(start) ?? []), secret]);
  }
  const holds = (line: string) => {
    for (let i = 0; i <= line.length - SHORTEST; i += 1) {
      if (byStart.get(line.slice(i, i + SHORTEST))?.some((secret) => line.startsWith(secret, i))) return true;
    }
    return false;
  };
  return lines.filter(holds);
}

const noteFields = (fields: Iterable<[string, unknown]>) => {
  for (const [name, value] of fields) if (SECRET_FIELD.test(name)) noteSecret(value);
};

const noteCookie = (line: string) => {
  const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? [];
  if (!OPEN_COOKIE.test(name)) noteSecret(value);
};

const noteAddress = (address: unknown) => {
  if (typeof address === 'string') noteFields(new URL(address, 'http://localhost').searchParams);
};

function noteJson(body: string): void {
  try {
    noteFields(Object.entries(JSON.parse(body)));
  } catch {
    // A broken answer, of which there are many in tests: nothing to note.
  }
}

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  if (request.url?.endsWith('/token')) {
    const chunks: Buffer[] = [];
    const emit = request.emit.bind(request);
    request.emit = (event: string, ...rest: unknown[]) => {
      if (event === 'data') chunks.push(Buffer.from(rest[0] as Buffer));
      if (event === 'end') noteFields(new URLSearchParams(Buffer.concat(chunks).toString()));
      return emit(event, ...rest);
    };
  }
  const end = response.end.bind(response);
  response.end = ((...rest: Parameters<ServerResponse['end']>) => {
    const [body] = rest as unknown[];
    if (typeof body === 'string' || Buffer.isBuffer(body)) noteJson(body.toString());
    return end(...rest);
  }) as ServerResponse['end'];
});

subscribe('http.server.response.finish', (message) => {
  const { response } = message as { response: ServerResponse };
  const cookies = response.getHeader('set-cookie') ?? [];
  for (const line of Array.isArray(cookies) ? cookies : [String(cookies)]) noteCookie(line);
  noteAddress(response.getHeader('location'));
});

// The answers to this process's own requests: what a role in another process handed out.
subscribe('undici:request:headers', (message) => {
  const { headers } = (message as { response: { headers: Buffer[] } }).response;
  for (let i = 0; i < headers.length; i += 2) {
    const [name, value] = [headers[i]?.toString().toLowerCase(), headers[i + 1]?.toString() ?? ''];
    if (name === 'set-cookie') noteCookie(value);
    if (name === 'location') noteAddress(value);
  }
});
