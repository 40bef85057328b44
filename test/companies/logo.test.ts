import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { httpBrowser } from '../../dev/browser.ts';
import { operator } from '../commands/operator.ts';
import { addCompany, startService } from '../support/service.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>';

t.test("a company's logo stands beside the product's, and runs nothing", async (t) => {
  const service = await startService(t);
  const { url, database } = service;
  await addCompany(service, 'acme');
  await addCompany(service, 'globex');
  const run = operator(database.url);
  const folder = t.testdir();
  const file = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const logoOf = async (company: string) => {
    const { $ } = await httpBrowser().get(`${url}/login?company=${company}`);
    return { src: $('.product img').attr('src'), alt: $('.product img').attr('alt') };
  };
  t.same(await logoOf('acme'), { src: undefined, alt: undefined });

  const svg = await file('logo.svg', SVG);
  t.match((await run(`company update acme --logo ${svg} --json`)).json, [{ slug: 'acme', changed: true }]);
  t.match((await run(`company update acme --logo ${svg} --json`)).json, [{ changed: false }]);
  const { src = '', alt } = await logoOf('acme');
  t.equal(alt, 'Acme');
  t.same(await logoOf('globex'), { src: undefined, alt: undefined }, 'of that company alone');
  const picture = await fetch(url + src);
  t.equal(picture.headers.get('content-type'), 'image/svg+xml');
  t.match(picture.headers.get('content-security-policy'), /sandbox/);
  t.match(picture.headers.get('cache-control'), /immutable/);
  t.equal(await picture.text(), SVG);
  t.equal((await fetch(`${url}/assets/company-logo/0000000000000000`)).status, 404);
  for (const other of ["'", '%00', `${src.slice(-16)}0`]) {
    t.equal((await fetch(`${url}/assets/company-logo/${other}`)).status, 404, other);
  }

  const png = Buffer.from('89504e470d0a1a0a00', 'hex');
  await run(`company update acme --logo ${await file('logo.png', png)}`);
  const changed = await logoOf('acme');
  t.not(changed.src, src, 'another picture has another address');
  t.equal((await fetch(url + changed.src)).headers.get('content-type'), 'image/png');

  const bad = await run(
    `company update acme --logo ${await file('bad.svg', SVG.replace('<path', '<script'))}`,
  );
  t.match(bad, { exitCode: 1, err: /bad\.svg has a part that a picture does not need: <script/ });
  t.match(await run(`company update acme --logo ${folder}/none.png`), { exitCode: 1, err: /ENOENT/ });
  t.same(await logoOf('acme'), changed, 'nothing changed');

  t.match((await run('company update acme --no-logo --json')).json, [{ changed: true }]);
  t.same(await logoOf('acme'), { src: undefined, alt: undefined });
  const audited =
    await database.sql`SELECT details FROM audit_log WHERE action = 'company.update' ORDER BY id`;
  t.equal(audited.length, 3);
  t.match(audited[0], { details: { from: { logo: null }, to: { logo: /^[0-9a-f]{16}$/ } } });
});
