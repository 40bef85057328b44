import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { addCompany, addPerson, startService } from '../support/service.ts';

t.test('a refusal’s reference finds the login and the reason, for whoever explains it', async (t) => {
  const lines: Record<string, unknown>[] = [];
  const service = await startService(t, { logs: (line) => lines.push(JSON.parse(line)) });
  const acme = await addCompany(service, 'acme');
  const ada = addPerson(service, acme);
  const browser = httpBrowser();
  await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email: ada.email, waitMs: 0 });
  const { sql } = service.database;
  const [login] = await sql`
    INSERT INTO link_results (login_id, sso_identity_id, company_id, outcome, reason, matched, policy_version,
      evidence)
    SELECT id, sso_identity_id, company_id, 'refused', 'other_company', '[]', 1, '{"rule":12}' FROM logins
    RETURNING login_id`;

  const refused = await browser.get(`${service.url}/login/wait`);
  t.equal(refused.status, 403);
  t.match(refused.$('.detail').text(), `Reference: ${login?.login_id}`);
  t.notMatch(refused.html, 'other_company');
  const line = lines.findLast(({ route, status }) => route === '/login/wait' && status === 403);
  t.match(line, { login_id: login?.login_id, reason: 'other_company' });
});
