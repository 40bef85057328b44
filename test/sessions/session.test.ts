import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { operator } from '../commands/operator.ts';
import { noteSecret } from '../support/secret-leaks.ts';
import { addCompany, addPerson, linkUser, startService } from '../support/service.ts';

t.test(
  'a replaced SSO client asks its people to sign in again, and tells nobody that it is off',
  async (t) => {
    const service = await startService(t);
    const acme = await addCompany(service, 'acme');
    const { sub, email } = addPerson(service, acme);
    await linkUser(service, acme, sub);
    const run = operator(service.env.DATABASE_URL ?? '', service.env);
    const signIn = async () => {
      const browser = httpBrowser({ stopAt: [service.appUrl] });
      await browser.signIn({ startUrl: `${service.url}/login/start?company=acme`, email });
      return { read: async () => (await browser.fetch(`${service.url}/session`)).json(), browser };
    };
    const [one, two] = [await signIn(), await signIn()];
    t.match(await one.read(), { state: 'signed_in' });

    const secret = 'the-second-application-secret';
    noteSecret(secret);
    service.jumpcloud.addClient({
      clientId: 'second',
      clientSecret: secret,
      redirectUris: [`${service.url}/login/callback`],
    });
    service.jumpcloud.assign(sub, 'second');
    t.match(await run('client create acme --client-id second', secret), { exitCode: 0 });
    t.match(await one.read(), { state: 'signed_in' }, 'a draft ends nothing');
    await run('client activate acme');

    t.same(await one.read(), { state: 'none' });
    const page = await two.browser.get(`${service.url}/login/wait`);
    t.equal(page.url, `${service.url}/login`);
    t.match(page.html, 'Continue with JumpCloud', 'one press, by the new one');
    const again = await signIn();
    t.match(await again.read(), { state: 'signed_in' }, 'as the same identity');

    await run('client disable acme');
    t.match(
      await again.read(),
      { state: 'refused', reason_class: 'sso_disabled' },
      'turned off is turned off',
    );
  },
);
