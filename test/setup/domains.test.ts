/** What DNS may answer to a setup, and which domains are refused. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { domainResolver, lookUpRecord } from '../../src/companies/domain-record.ts';
import { openLink, problemOf, setupWorld, stateOf, submit } from './world.ts';

t.test('domains that nobody can own alone, and spellings', async (t) => {
  const world = await setupWorld(t);
  await world.run('company create acme --name Acme');
  const { browser, page } = await openLink(await world.link('acme', 'setup'));
  const add = (domain: string) => submit(browser, page, 'domains', { domain });
  for (const domain of ['gmail.com', 'outlook.com', 'GMail.com ']) {
    t.match(problemOf(await add(domain)), 'public email provider', domain);
  }
  for (const domain of ['co.uk', 'com.au', 'github.io', 'xn--55qx5d.cn']) {
    t.match(problemOf(await add(domain)), 'Anyone can register below this name', domain);
  }
  for (const domain of [
    '',
    'acme',
    'ada@acme.com',
    'https://acme.com',
    '*.acme.com',
    '127.0.0.1',
    'a b.com',
  ]) {
    t.match(problemOf(await add(domain)), 'That is no domain', `'${domain}'`);
  }
  t.same(await world.sql`SELECT domain FROM domain_challenges`, []);
  for (const [spelled, domain] of [
    ['Bücher.example.com', 'xn--bcher-kva.example.com'],
    ['ACME.com.', 'acme.com'],
    ['ａｃｍｅ.org', 'acme.org'],
  ] as const) {
    const added = await add(spelled);
    t.match(added.$('#domains').text(), domain, spelled);
  }
  const listed = await browser.get(`${world.service.url}/setup`);
  const forgotten = await submit(browser, listed, 'forget', { domain: 'acme.org' });
  t.notMatch(forgotten.$('#domains').text(), 'acme.org');
  for (let i = 0; i < 8; i += 1) await add(`d${i}.example.com`);
  t.match(problemOf(await add('one-more.example.com')), 'Too many domains');
  const [{ n } = { n: 0 }] = await world.sql<
    { n: number }[]
  >`SELECT count(*)::int AS n FROM domain_challenges`;
  t.equal(n, 10);
});

t.test('what DNS answers is told apart on the page', async (t) => {
  const world = await setupWorld(t);
  const { zone } = world;
  await world.run('company create acme --name Acme');
  const { browser, page: start } = await openLink(await world.link('acme', 'setup'));
  const name = '_sso-link-challenge.acme.com';
  const page = await submit(browser, start, 'domains', { domain: 'acme.com' });
  const codes = page
    .$('.domain code')
    .toArray()
    .map((code) => page.$(code).text());
  const text = codes[2] ?? '';
  t.same(codes.slice(0, 2), [name, 'TXT']);
  const check = async () => {
    const checked = await submit(browser, page, 'check');
    return checked.$('.answer').text() || stateOf(checked, 'domains');
  };
  t.match(await check(), 'does not show the record yet', 'no data');
  zone.set(name, 'nxdomain');
  t.match(await check(), 'does not show the record yet', 'NXDOMAIN of the name alone');
  zone.set('acme.com', 'nxdomain');
  t.match(await check(), 'DNS knows no such domain');
  zone.set(name, 'silent');
  t.match(await check(), 'DNS gave no answer', 'a time-out');
  // A wildcard record answers for every name, with a value that is not of this company.
  zone.set(name, [[Buffer.from('v=spf1 -all')], [Buffer.from('sso-link=')]]);
  t.match(await check(), 'DNS shows another value: sso-link=.');
  zone.set(name, [[Buffer.from(`${text}x`)], [Buffer.from(text.toLowerCase())], [Buffer.from(`x${text}`)]]);
  t.match(await check(), 'DNS shows another value', 'nearly the value');
  zone.set(name, [[Buffer.from('<script>alert(1)</script>\0\x1b[31m')]]);
  const shown = await submit(browser, page, 'check');
  t.notMatch(shown.html, '<script>alert', 'what DNS shows is escaped');
  t.match(shown.$('.answer').text(), 'DNS shows another value');
  zone.set(name, [[Buffer.from('other')], [Buffer.from(text.slice(0, 9)), Buffer.from(text.slice(9))]]);
  t.equal(await check(), 'done', 'chunks are joined');
});

t.test('10 MB of TXT records cost bounded time and memory', async (t) => {
  const server = await endlessDns(t);
  const started = performance.now();
  const before = process.memoryUsage().rss;
  const found = await lookUpRecord(domainResolver(server), { domain: 'acme.com', value: 'x' });
  t.ok(['other_value', 'dns_unreachable'].includes(found.answer), JSON.stringify(found).slice(0, 100));
  if (found.answer === 'other_value') t.ok(found.shown.length <= 255);
  t.ok(performance.now() - started < 15_000, `${Math.round(performance.now() - started)} ms`);
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
  t.ok(grown < 60, `${Math.round(grown)} MB more`);
});

/** Answers over UDP that the answer is too large, and over TCP with 10 MB. */
async function endlessDns(t: Test): Promise<string> {
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (query) => {
      const message = Buffer.alloc(65_535);
      const question = query.subarray(14, query.indexOf(0, 14) + 5);
      query.copy(message, 0, 2, 4);
      message.writeUInt16BE(0x8180, 2);
      message.writeUInt16BE(1, 4);
      question.copy(message, 12);
      let at = 12 + question.length;
      let records = 0;
      for (; at + 12 + 256 < message.length; records += 1) {
        Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 1, 0, 255]).copy(message, at);
        message.fill('a', at + 13, at + 13 + 255);
        at += 13 + 255;
      }
      message.writeUInt16BE(records, 6);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(at);
      for (let sent = 0; sent < 10 * 1024 * 1024; sent += at)
        socket.write(Buffer.concat([length, message.subarray(0, at)]));
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4');
  udp.on('message', (query, peer) => {
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8380, 2);
    header.writeUInt16BE(1, 4);
    udp.send(Buffer.concat([header, query.subarray(12, query.indexOf(0, 12) + 5)]), peer.port, peer.address);
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  t.teardown(() => {
    udp.close();
    tcp.close();
  });
  return `127.0.0.1:${port}`;
}
