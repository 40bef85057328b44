import { pino } from 'pino';
import t from 'tap';
import { freePort } from '../../dev/free-port.ts';
import { readConfig } from '../../src/config.ts';
import { SERVER_CONFIG, startServer } from '../../src/roles/server.ts';
import { addCompany, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

t.test('an issuer taken off the list: the server starts, says so, and refuses its companies', async (t) => {
  const service = await startService(t);
  for (const slug of ['acme', 'globex', 'off']) await addCompany(service, slug);
  await service.database.sql`UPDATE companies SET status = 'disabled' WHERE slug = 'off'`;

  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const env = { ...service.env, PORT: String(await freePort()), JUMPCLOUD_ISSUERS: 'eu=http://localhost:1/' };
  const server = await startServer({ config: readConfig(env, SERVER_CONFIG), log });
  t.teardown(server.stop);
  await until(() => lines.some((line) => line.companies === 2 && line.issuer === service.jumpcloud.issuer));

  const page = await fetch(`http://localhost:${env.PORT}/login/start?company=acme`);
  t.equal(page.status, 404);
  t.match(await page.text(), 'No single sign-on here');
  await until(() => lines.some((line) => line.code === 'sso_not_active'));
});
