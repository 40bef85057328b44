import { PassThrough } from 'node:stream';
import t from 'tap';
import { createLogger } from '../../src/observability/log.ts';

t.test('an error’s code is told, and what is named like a secret is not', async (t) => {
  const written = new PassThrough();
  const log = createLogger({ level: 'info', role: 'server' }, written);
  log.error({ code: 'provider_timeout', token: 'a-token', of: { email: 'ada@acme.test' } }, 'refused');
  const line = JSON.parse(String(written.read()));
  t.match(line, { level: 'error', role: 'server', code: 'provider_timeout', msg: 'refused' });
  t.match(line, { token: '[redacted]', of: { email: '[redacted]' } });
});
