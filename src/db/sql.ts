/**
 * The tagged template `sql` over connections that change: a statement is built by the client of the connection
 * that sends it. Until then it is a recipe, and so is a fragment inside another statement.
 */
import postgres from 'postgres';
import { addArrayTypes } from './array-types.ts';
import type { Client } from './connection.ts';

/**
 * postgres.js's tagged template, for the hot statements. drizzle shares its clients and switches their date and
 * JSON serializers off: pass dates as ISO strings, JSON as `${JSON.stringify(x)}::jsonb`; timestamps come back
 * as text that `new Date` reads.
 */
export type Sql = postgres.ISql<Record<string, never>>;

type Statement = ReturnType<Client['unsafe']>;
type Build = (client: Client) => Statement;
/** Sends a statement on a connection of its choice. */
export type Send = (build: Build) => Promise<unknown>;

const builds = new WeakMap<object, Build>();
/** Makes identifiers and typed parameters, which belong to no connection. It never connects. */
const helpers = postgres({ max: 1, fetch_types: false });
addArrayTypes(helpers);

/** @param send called once for each statement that is awaited or executed, and never for a fragment */
export function createSql(send: Send): Sql {
  function sql(first: unknown, ...args: unknown[]): unknown {
    if (!isTemplate(first)) return (helpers as unknown as (...all: unknown[]) => unknown)(first, ...args);
    return statement((client) => client(first, ...(args.map((arg) => built(arg, client)) as never[])), send);
  }
  return Object.assign(sql, {
    unsafe: (text: string, args?: never[], options?: postgres.UnsafeQueryOptions) =>
      statement((client) => client.unsafe(text, args, options), send),
    array: helpers.array,
    json: helpers.json,
    typed: helpers.typed,
    types: helpers.types,
  }) as unknown as Sql;
}

/** What postgres.js calls a pending query: it is sent when it is first awaited, or by `execute`. */
function statement(build: Build, send: Send): object {
  let sent: Promise<unknown> | undefined;
  const execute = () => {
    sent ??= send(build);
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
    values: () => statement((client) => build(client).values() as unknown as Statement, send),
  };
  builds.set(pending, build);
  return pending;
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
