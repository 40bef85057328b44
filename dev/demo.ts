/**
 * The main job, shown: people sign in as a browser would, and a table says what was decided and why.
 * `npm run demo [-- --json] [-- --kafka] [-- --trace]`
 */
import { parseArgs } from 'node:util';
import { linkResult } from '../src/events/link-result.ts';
import { ssoAuthenticated } from '../src/events/sso-authenticated.ts';
import { startCollector } from './collector.ts';
import { jsonLines, readable, summarize } from './demo/output.ts';
import { scrapeUntilAgreed } from './demo/scrape.ts';
import { signInEverybody } from './demo/sign-ins.ts';
import { brokerStream, localStream } from './demo/streams.ts';
import { startParts } from './environment.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, kafka: { type: 'boolean' }, trace: { type: 'boolean' } },
});
const output = values.json ? jsonLines() : readable({ kafka: values.kafka ?? false });

output.starting();
const parts = await startParts();
const collector = values.trace ? await startCollector() : undefined;
if (collector) parts.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
const stream = values.kafka ? await brokerStream(parts.env) : await localStream(parts.env);
try {
  const logins = await signInEverybody(parts);
  for (const login of logins) output.login(login);
  const topics = [ssoAuthenticated.topic, linkResult.topic];
  for (const event of await stream.events(topics, logins.length * topics.length)) output.event(event);
  const scraped = stream.metrics ? await scrapeUntilAgreed(stream.metrics, summarize(logins)) : [];
  for (const metrics of scraped) output.metrics(metrics);
  output.summary(logins);
  if (scraped.some(({ agrees }) => !agrees)) process.exitCode = 1;
  if (logins.some((login) => login.outcome === null)) process.exitCode = 1;
} finally {
  // A role that stops sends the last of its spans.
  await stream.stop();
  if (collector) output.trace(collector.spans);
  await collector?.stop();
  await parts.stop();
}
