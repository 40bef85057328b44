/**
 * The tagged template `sql` over connections that change: a statement is built by the client of the connection
 * that sends it. Until then it is a recipe, and so is a fragment inside another statement.
 */
import postgres from 'postgres';
import { addArrayTypes } from './array-types.ts';
import type { Client, Connection } from './connection.ts';

/**
 * postgres.js's tagged template, for the hot statements. drizzle shares its clients and switches their date and
 * JSON serializers off: pass dates as ISO strings, JSON as `${JSON.stringify(x)}::jsonb`; timestamps come back
 * as text that `new Date` reads.
 */
export type Sql = Template & {
  /**
   * A statement that is planned each time, for lookups in a table that may be empty when its servers start and large a
   * minute later: the plan that PostgreSQL keeps for a prepared statement would read the whole table until it is analyzed.
   */
  unprepared: Template;
};
type Template = postgres.ISql<Record<string, never>>;

type Statement = ReturnType<Client['unsafe']>;
export type Build = (client: Client) => Statement;

const SELECT = /^\s*SELECT\s/i;
/** How statements reach a connection. */
export interface Sender {
  /** @param reads whether it is a SELECT, which has no effect outside of a transaction */
  send(build: Build, reads: boolean): Promise<unknown>;
  /** A connection for as long as a cursor is open on it. */
  hold(): Promise<{ connection: Connection; release(): void }>;
}

const builds = new WeakMap<object, Build>();
/** Makes identifiers and typed parameters, which belong to no connection. It never connects. */
const helpers = postgres({ max: 1, fetch_types: false });
addArrayTypes(helpers);

/** @param sender used once for each statement that is awaited or executed, and never for a fragment */
export function createSql(sender: Sender): Sql {
  function sql(first: unknown, ...args: unknown[]): unknown {
    if (!isTemplate(first)) return (helpers as unknown as (...all: unknown[]) => unknown)(first, ...args);
    return statement(recipe(first, args), sender, SELECT.test(first[0] ?? ''));
  }
  function unprepared(first: TemplateStringsArray, ...args: unknown[]): unknown {
    const build = recipe(first, args);
    const unnamed: Build = (client) => {
      const query = build(client) as Statement & { options: { prepare?: boolean } };
      query.options.prepare = false;
      return query;
    };
    return statement(unnamed, sender, SELECT.test(first[0] ?? ''));
  }
  return Object.assign(sql, {
    unprepared,
    unsafe: (text: string, args?: never[], options?: postgres.UnsafeQueryOptions) =>
      statement((client) => client.unsafe(text, args, options), sender),
    array: helpers.array,
    json: helpers.json,
    typed: helpers.typed,
    types: helpers.types,
  }) as unknown as Sql;
}

const recipe =
  (first: TemplateStringsArray, args: unknown[]): Build =>
  (client) =>
    client(first, ...(args.map((arg) => built(arg, client)) as never[]));

/** What postgres.js calls a pending query: it is sent when it is first awaited, or by `execute`. */
function statement(build: Build, sender: Sender, reads = false): object {
  let sent: Promise<unknown> | undefined;
  const execute = () => {
    sent ??= sender.send(build, reads);
    return sent;
  };
  const pending = {
    // biome-ignore lint/suspicious/noThenProperty: it is awaited like postgres.js's own
    then: (...handlers: Parameters<Promise<unknown>['then']>) => execute().then(...handlers),
    catch: (handler: (error: unknown) => unknown) => execute().catch(handler),
    finally: (handler: () => void) => execute().finally(handler),
    execute() {
      execute().catch(() => {});
      return pending;
    },
    values: () => statement((client) => build(client).values() as unknown as Statement, sender, reads),
    cursor: (rows: number) => batches(build, rows, sender),
  };
  builds.set(pending, build);
  return pending;
}

/** Rows in batches, on a connection of their own: a reader may be slow. */
async function* batches(build: Build, rows: number, sender: Sender): AsyncGenerator<unknown> {
  const { connection, release } = await sender.hold();
  const cursor = build(connection.client).cursor(rows)[Symbol.asyncIterator]();
  let done = false;
  try {
    for (;;) {
      const next = await connection.run(cursor.next());
      done = next.done ?? false;
      if (done) return;
      yield next.value;
    }
  } finally {
    // The portal of a reader that went away early stays open: so does nothing else on this connection.
    if (!done) connection.destroy();
    release();
  }
}

function built(arg: unknown, client: Client): unknown {
  if (Array.isArray(arg))
    return arg.some((item) => isFragment(item)) ? arg.map((a) => built(a, client)) : arg;
  return isFragment(arg) ? builds.get(arg)?.(client) : arg;
}

const isFragment = (arg: unknown): arg is object =>
  typeof arg === 'object' && arg !== null && builds.has(arg);

const isTemplate = (first: unknown): first is TemplateStringsArray =>
  Array.isArray((first as { raw?: unknown } | null)?.raw);
