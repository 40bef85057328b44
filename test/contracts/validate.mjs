// `npm run contracts:check`: what AsyncAPI's own parser says of docs/asyncapi.yaml. It is installed apart from
// the project (test/contracts/package.json): it brings some 170 packages.
import { readFile } from 'node:fs/promises';
import { Parser } from '@asyncapi/parser';

const file = process.argv[2] ?? new URL('../../docs/asyncapi.yaml', import.meta.url);
const { document, diagnostics } = await new Parser().parse(await readFile(file, 'utf8'));
for (const { severity, path, message } of diagnostics) {
  console.error(`${['error', 'warning', 'note', 'hint'][severity]}: ${path.join('.')}: ${message}`);
}
// A warning fails as an error does; what the parser merely notes is printed.
if (document === undefined || diagnostics.some(({ severity }) => severity <= 1)) process.exit(1);
const messages = document.messages().all();
const examples = messages.flatMap((message) => message.examples().all());
console.log(
  `docs/asyncapi.yaml is valid: ${document.channels().all().length} topics, ${messages.length} messages, ${examples.length} examples`,
);
