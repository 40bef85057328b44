import { Resolver } from 'node:dns/promises';
import t from 'tap';
import { lookUpRecord } from '../../src/companies/domain-record.ts';
import type { CompanySsoChanged } from '../../src/events/company-sso-changed.ts';
import { operator } from '../commands/operator.ts';
import { eventsOf } from '../states/topic.ts';
import { testDatabase } from '../support/database.ts';
import { dnsServer, type Zone } from '../support/dns-server.ts';

t.test('a company proves a domain by DNS', async (t) => {
  const { url, sql } = await testDatabase(t);
  const zone: Zone = new Map();
  const server = await dnsServer(t, zone);
  const run = operator(url);
  await run('company create acme --name Acme');
  await run('company create globex --name Globex');
  const name = '_sso-link-challenge.acme.com';
  const check = (slug = 'acme', domain = 'acme.com') =>
    run(`domain check ${slug} ${domain} --dns-server ${server} --json`);
  const publish = (...texts: string[]) =>
    zone.set(
      name,
      texts.map((text) => [Buffer.from(text)]),
    );

  /** What was published of acme, once it had the domain. */
  const unproven = async () =>
    (await eventsOf(sql, 'sso.companies'))
      .map(({ data }) => data as CompanySsoChanged)
      .filter((state) => state.company === 'acme' && state.domains.length > 0)
      .map((state) => state.unproven_domains);

  t.match(await check(), { exitCode: 1, err: /challenge_not_found/ });
  const [record] = (await run('domain challenge acme acme.com --json')).json;
  t.match(record, { name, text: /^sso-link=[\w-]{43}$/, changed: true });
  t.match((await run('domain challenge acme ACME.com --json')).json, [{ text: record.text, changed: false }]);

  t.match(await check(), { exitCode: 2, json: [{ answer: 'no_record' }] }, 'no data');
  zone.set(name, 'nxdomain');
  t.match((await check()).json, [{ answer: 'no_record' }], 'the domain exists, its record does not');
  zone.set('acme.com', 'nxdomain');
  t.match((await check()).json, [{ answer: 'no_such_domain' }]);
  publish('v=spf1 -all', 'sso-link=old');
  t.match((await check()).json, [{ answer: 'other_value', shown: 'sso-link=old' }]);
  t.same(await sql`SELECT domain FROM company_domains`, [], 'nothing was proven');

  const [theirs] = (await run('domain challenge globex acme.com --json')).json;
  publish(theirs.text);
  t.match((await check()).json, [{ answer: 'other_value' }], "another company's value proves nothing");
  zone.set(name, [
    [Buffer.from('other')],
    [Buffer.from(record.text.slice(0, 20)), Buffer.from(record.text.slice(20))],
  ]);
  t.match(await check(), { exitCode: 0, json: [{ answer: 'verified', changed: true }] }, 'chunks are joined');
  t.match((await run('domain list acme --json')).json, [{ domain: 'acme.com', verified_by: 'dns' }]);
  publish(theirs.text);
  t.match(await check('globex'), { exitCode: 1, err: /domain_taken/ }, 'a domain has one owner');

  const recheck = () => run(`domain recheck --dns-server ${server} --json`);
  t.match(await recheck(), { exitCode: 2, json: [{ domain: 'acme.com', answer: 'other_value' }] });
  await recheck();
  const failures = await sql`SELECT details FROM audit_log WHERE action = 'domain.recheck_failed'`;
  t.match(failures, [{ details: { answer: 'other_value' } }]);
  t.equal(failures.length, 1, 'audited once per answer');
  t.same(await unproven(), [[], ['acme.com']], 'published once per answer');
  const found = (await run('doctor --json')).json.find(({ check }) => check === 'DNS records');
  t.match(found, { status: 'fail', detail: /acme\.com of acme \(other_value\)/ });
  t.equal((await run('domain list acme --json')).json.length, 1, 'a failed re-check removes no domain');
  publish(record.text);
  t.match(await recheck(), { exitCode: 0, json: [{ answer: 'verified' }] });
  t.same(await unproven(), [[], ['acme.com'], []], 'and once DNS shows the record again');

  await run('domain challenge acme acme.com --new');
  t.match((await check()).json, [{ answer: 'other_value' }], 'the old record proves nothing');
  for (const domain of ['gmail.com', 'co.uk', 'github.io']) {
    t.equal((await run(`domain challenge acme ${domain}`)).exitCode, 1, domain);
  }
});

t.test('a DNS server that is silent is told from a missing record', async (t) => {
  const zone: Zone = new Map([['_sso-link-challenge.acme.com', 'silent']]);
  const resolver = new Resolver({ timeout: 50, tries: 1 });
  resolver.setServers([await dnsServer(t, zone)]);
  const found = await lookUpRecord(resolver, { domain: 'acme.com', value: 'x' });
  t.match(found, { answer: 'dns_unreachable', code: 'ETIMEOUT' });
});
