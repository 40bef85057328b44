/** The rules of a rendered chart as a file for promtool: `helm-alerts.ts RENDERED.yaml`. */
import { readFile } from 'node:fs/promises';
import { parseAllDocuments, stringify } from 'yaml';

const documents = parseAllDocuments(await readFile(process.argv[2] ?? '', 'utf8')).map((d) => d.toJS());
const rule = documents.find((d) => d?.kind === 'PrometheusRule');
if (!rule) throw new Error('no PrometheusRule');
process.stdout.write(stringify({ groups: rule.spec.groups }));
