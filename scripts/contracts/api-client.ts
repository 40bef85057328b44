/** client/src/api-operations.ts: what `sso-link-client/api` knows of the administrative API, from its OpenAPI document. */
import { parse } from 'yaml';
import { typeText } from '../client/type-text.ts';

type Schema = Parameters<typeof typeText>[0];

interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

/** @param document docs/openapi-api.yaml */
export function apiOperations(document: string): string {
  const { paths } = parse(document) as { paths: Record<string, Record<string, Operation>> };
  const all = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
      })),
    )
    // It streams: client/src/api.ts has a function for it.
    .filter(({ operation }) => operation.operationId !== 'importAccounts');
  const types = all.map(
    ({ operation }) =>
      `  /** ${operation.summary}. */\n  ${operation.operationId}: { input: ${inputOf(operation)}; result: ${resultOf(operation)} };`,
  );
  const routes = all.map(({ method, path, operation }) => `  ${operation.operationId}: '${method} ${path}',`);
  return `// Made from docs/openapi-api.yaml by \`npm run docs\`.\n\nexport interface Operations {\n${types.join('\n')}\n}\n\nexport const ROUTES: { readonly [Name in keyof Operations]: string } = {\n${routes.join('\n')}\n};\n`;
}

function inputOf({ parameters = [], requestBody }: Operation): string {
  const named = parameters.filter((one) => one.in !== 'header');
  const body = requestBody?.content['application/json']?.schema;
  const schema: Schema = {
    type: 'object',
    properties: {
      ...Object.fromEntries(
        named.map(({ name, schema, description }) => [
          name,
          { ...schema, ...(description && { description }) },
        ]),
      ),
      ...(body && { body }),
    },
    required: [
      ...named.filter(({ required }) => required).map(({ name }) => name),
      ...(body ? ['body'] : []),
    ],
  };
  return Object.keys(schema.properties ?? {}).length === 0 ? 'Record<never, never>' : typeText(schema, '  ');
}

function resultOf({ responses }: Operation): string {
  const found = Object.entries(responses).find(([status]) => /^2\d\d$/.test(status))?.[1];
  const schema = found?.content?.['application/json']?.schema;
  return schema ? typeText(schema, '  ') : 'undefined';
}
