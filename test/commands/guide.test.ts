import t from 'tap';
import { operator } from '../commands/operator.ts';

const env = {
  ...{ PUBLIC_URL: 'https://account.test', APP_URL: 'https://app.test/', PRODUCT_NAME: 'A & B <i>' },
  SUPPORT_URL: 'mailto:support@app.test',
};
const run = operator('postgres://localhost/none', env);

t.test('the guide has the values of this installation', async (t) => {
  const { out, err, exitCode } = await run('guide');
  t.match({ err, exitCode }, { err: '', exitCode: 0 });
  t.match(out, /^# JumpCloud single sign-on for A & B <i>\n/);
  t.match(out, '| All | `https://account.test/login/callback` |');
  t.match(out, 'Enter `https://app.test/` as **Login URL**');
  t.match(out, 'support@app.test');
  for (const trap of [
    'JumpCloud preselects SAML',
    'Click **Activate**. **Save** is not enough',
    '**User Groups**',
  ]) {
    t.match(out, trap);
  }
});

t.test('both regions, as a page, and escaped', async (t) => {
  const two = 'guide --format html --region EU=https://eu.test --region US=https://us.test/';
  const { out } = await run(two);
  t.match(out, '<td>EU</td><td><code>https://eu.test/login/callback</code></td>');
  t.match(out, '<td>US</td><td><code>https://us.test/login/callback</code></td>');
  t.match(out, 'A &amp; B &lt;i&gt;');
  t.notMatch(out, '<i>');
  t.match((await run(`${two} --json`)).json, [{ format: 'html', text: out }]);
  for (const wrong of ['EU', 'EU=ftp://eu.test', 'EU=http://eu.test']) {
    t.match(await run(`guide --region ${wrong}`), { exitCode: 1, err: /Expected NAME=URL/ }, wrong);
  }
});
