/**
 * `sso-link-client/api`: the administrative API of SSO Link, typed from its OpenAPI document. For backends: the key is a
 * secret.
 */
import { SsoLinkError } from '../../src/errors.ts';
import { type Operations, ROUTES } from './api-operations.ts';

export interface CallOptions {
  signal?: AbortSignal;
  /** For a POST: sent again within 24 hours, it does nothing and returns the first answer. */
  idempotencyKey?: string;
}

/** A function per operation. Parameters of path and query are fields of `input`, as is `body`. */
export type Api = {
  [Name in keyof Operations]: (
    input: Operations[Name]['input'],
    options?: CallOptions,
  ) => Promise<Operations[Name]['result']>;
} & {
  /**
   * Imports users and social accounts from NDJSON and yields what was rejected, then the summary.
   * @param lines of `sso-link accounts import`
   */
  importAccounts(
    lines: string | AsyncIterable<string | Uint8Array>,
    options?: Pick<CallOptions, 'signal'>,
  ): AsyncGenerator<ImportAnswer>;
};

/** A line of the import's answer. An answer without a summary is of an import that did not end: repeat it. */
export type ImportAnswer =
  | { type: 'bad_line'; line: number; reason: string }
  | {
      type: 'conflict';
      line: number;
      user_id: string;
      reason: string;
      company: string | null;
      wanted: string | null;
    }
  | { type: 'stopped'; code: string; detail: string }
  | {
      type: 'summary';
      lines: number;
      users: number;
      accounts: number;
      removed: number;
      erased: number;
      unchanged: number;
      bad: number;
      conflicts: number;
    };

export interface ApiOptions {
  /** The listener of the role `api`, like `http://sso-link-api.identity`. */
  url: string;
  /** A key of `sso-link api-keys create`. */
  key: string;
  fetch?: typeof globalThis.fetch;
}

type Send = (method: string, path: string, options: RequestInit) => Promise<Response>;

/**
 * A client of the administrative API. Its functions throw SsoLinkError with the `code` of the answer, and with `status` and
 * `request_id` in `facts`; `api_unreachable` where no answer comes.
 * @example
 * const api = createApiClient({ url: 'http://sso-link-api.identity', key: process.env.SSO_LINK_KEY ?? '' });
 * await api.putUser({ user_id: 'u1', body: { company: 'acme', name: 'Ada' } });
 */
export function createApiClient(options: ApiOptions): Api {
  const send = sender(options);
  const named = Object.entries(ROUTES).map(([name, route]) => [name, operation(send, route)]);
  return { ...(Object.fromEntries(named) as Api), importAccounts: importer(send) };
}

/**
 * Every item of a list, page by page.
 * @example
 * for await (const company of items(api.listCompanies, {})) console.log(company.slug);
 */
export async function* items<Input extends { after?: string }, Item>(
  list: (input: Input, options?: CallOptions) => Promise<{ items: Item[]; next: string | null }>,
  input: Input,
  options: CallOptions = {},
): AsyncGenerator<Item> {
  for (let page = input; ; ) {
    const { items: found, next } = await list(page, options);
    yield* found;
    if (next === null) return;
    page = { ...page, after: next };
  }
}

function sender({ url, key, fetch = globalThis.fetch }: ApiOptions): Send {
  const base = url.replace(/\/$/, '');
  return async (method, path, init) => {
    const headers = { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) };
    let answer: Response;
    try {
      answer = await fetch(`${base}${path}`, { ...init, method, headers, redirect: 'error' });
    } catch (error) {
      throw new SsoLinkError('api_unreachable', `${base} does not answer`, { cause: error });
    }
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => ({}))) as Record<string, string | undefined>;
    const {
      code = 'api_unreachable',
      detail = `${base} answered ${answer.status}`,
      request_id = '',
    } = problem;
    throw new SsoLinkError(code, detail, { facts: { status: String(answer.status), request_id } });
  };
}

function operation(send: Send, route: string) {
  const [method = 'GET', template = ''] = route.split(' ');
  return async (input: Record<string, unknown>, { signal, idempotencyKey }: CallOptions = {}) => {
    const { body, ...query } = input;
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(query[name]);
      delete query[name];
      return encodeURIComponent(value);
    });
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    const answer = await send(method, search === '' ? path : `${path}?${search}`, {
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    return answer.status === 204 ? undefined : answer.json();
  };
}

function importer(send: Send): Api['importAccounts'] {
  return async function* importAccounts(lines, { signal } = {}) {
    const answer = await send('POST', '/v1/accounts/import', {
      headers: { 'content-type': 'application/x-ndjson' },
      body: typeof lines === 'string' ? lines : streamOf(lines),
      ...(signal && { signal }),
      // A body that streams: the Fetch standard asks for it.
      ...({ duplex: 'half' } as object),
    });
    let rest = '';
    const decoder = new TextDecoder();
    const reader = answer.body?.getReader();
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      const whole = (rest + decoder.decode(read.value, { stream: true })).split('\n');
      rest = whole.pop() ?? '';
      for (const line of whole) yield JSON.parse(line) as ImportAnswer;
    }
  };
}

function streamOf(lines: AsyncIterable<string | Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = lines[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
