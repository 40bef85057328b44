import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { chromium, chromiumAvailable, httpBrowser } from '../../dev/browser.ts';

const skip = (await chromiumAvailable()) ? false : 'Chromium is not installed';

async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

const seen = (request: IncomingMessage) => request.headers.cookie ?? '';

const PAGES: RequestListener = async (request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://x');
  if (pathname === '/set') {
    response.setHeader('set-cookie', '__Host-secret=1; Path=/; Secure; HttpOnly; SameSite=Lax');
    response.writeHead(303, { location: '/shown' }).end();
  } else if (pathname === '/loop') {
    response.writeHead(302, { location: '/loop' }).end();
  } else if (pathname === '/form') {
    response.end(
      '<form method="post" action="/posted"><input name="kept" value="1"><input name="email"></form>',
    );
  } else if (pathname === '/posted') {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end(`${request.headers.origin} ${request.headers['sec-fetch-site']} ${body}`);
  } else if (pathname === '/wait') {
    const done = seen(request).includes('waited');
    response.setHeader('set-cookie', 'waited=1');
    response.end(done ? 'landed' : '<meta http-equiv="refresh" content="0">waiting');
  } else response.end(seen(request));
};

t.test('cookies as Chromium keeps them on localhost, over redirects', async (t) => {
  const url = await serve(t, PAGES);
  const page = await httpBrowser().get(`${url}/set`);
  t.match(page, { status: 200, url: `${url}/shown`, html: '__Host-secret=1', redirects: [`${url}/set`] });
  t.equal((await httpBrowser().get(`${url}/shown`)).html, '', 'each browser has its own');
});

t.test('a form is sent with its own fields and where it comes from', async (t) => {
  const url = await serve(t, PAGES);
  const browser = httpBrowser();
  const page = await browser.submit(await browser.get(`${url}/form`), { email: 'a@b.c' });
  t.equal(page.html, `${url} same-origin kept=1&email=a%40b.c`);
  await t.rejects(browser.submit(page), /no form/);
});

t.test(
  'it gives up on loops, stops where it is told, and follows a page that refreshes itself',
  async (t) => {
    const url = await serve(t, PAGES);
    await t.rejects(httpBrowser().get(`${url}/loop`), /more than 10 redirects/);
    t.match(await httpBrowser({ stopAt: [`${url}/shown`] }).get(`${url}/set`), {
      status: 0,
      url: `${url}/shown`,
    });
    t.equal((await httpBrowser().signIn({ startUrl: `${url}/wait`, email: '' })).html, 'landed');
  },
);

t.test('Chromium does the same with the cookie', { skip }, async (t) => {
  const url = await serve(t, PAGES);
  const browser = await chromium();
  t.teardown(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${url}/set`);
  t.equal(await page.textContent('body'), '__Host-secret=1');
});
