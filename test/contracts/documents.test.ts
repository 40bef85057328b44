/** docs/asyncapi.yaml and docs/openapi.yaml, as they stand there. `npm run check` holds them against the code. */
import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import t from 'tap';
import { Compile } from 'typebox/compile';
import { parse } from 'yaml';

const read = async (file: string) =>
  parse(await readFile(new URL(`../../docs/${file}`, import.meta.url), 'utf8'));

interface Message {
  name: string;
  headers?: { $ref: string };
  payload: { $ref?: string };
  examples?: { name: string; headers: object; payload: object }[];
}

t.test('every example of docs/asyncapi.yaml is what its schemas say', async (t) => {
  const { components } = await read('asyncapi.yaml');
  const check = (ref: string, value: object) =>
    Compile(components.schemas[ref.replace('#/components/schemas/', '')]).Errors(value);
  const messages = Object.values<Message>(components.messages).filter(({ examples }) => examples);
  t.equal(messages.length, 12);
  for (const { name, headers, payload, examples = [] } of messages) {
    for (const example of examples) {
      // What the product writes needs no headers.
      if (headers) t.same(check(headers.$ref, example.headers), [], `${name}, ${example.name}: headers`);
      t.same(check(payload.$ref ?? '', example.payload), [], `${name}, ${example.name}: payload`);
      if (headers) t.not(check(payload.$ref ?? '', {}).length, 0, 'an empty one is not');
    }
  }
});

t.test('docs/openapi.yaml is OpenAPI 3.1, and names every route for others', async (t) => {
  const document = await read('openapi.yaml');
  const { valid, errors } = await new Validator().validate(document);
  t.ok(valid, JSON.stringify(errors));
  t.same(Object.keys(document.paths).sort(), [
    '/',
    '/.well-known/jwks.json',
    '/account/sessions',
    '/account/sessions/end',
    '/livez',
    '/login',
    '/login/callback',
    '/login/start',
    '/login/test-logout',
    '/login/wait',
    '/logout',
    '/logout/backchannel',
    '/readyz',
    '/session',
    '/setup',
    '/setup/check',
    '/setup/client',
    '/setup/disable',
    '/setup/domains',
    '/setup/enable',
    '/setup/forget',
    '/setup/people',
    '/setup/refresh',
    '/setup/secret',
    '/setup/{token}',
  ]);
  const operations = Object.values(document.paths as Record<string, Record<string, Operation>>).flatMap(
    (methods) => Object.values(methods),
  );
  const names = operations.map(({ operationId }) => operationId);
  t.equal(new Set(names).size, operations.length, 'each has a name of its own');
  t.ok(
    operations.every(({ security }) => Array.isArray(security)),
    'each says whether it reads a cookie',
  );
});

interface Operation {
  operationId?: string;
  security?: unknown;
}
