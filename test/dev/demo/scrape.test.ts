import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { scrapeUntilAgreed } from '../../../dev/demo/scrape.ts';
import type { Role } from '../../../dev/roles.ts';

const SEEN = { logins: 3, results: 3, outcomes: { linked: 2, refused: 1 } };
const TOLD: Record<Role, string> = {
  server: `# TYPE sso_link_logins_total counter
sso_link_logins_total{company="acme",outcome="recorded",role="server"} 2
sso_link_logins_total{company="borealis",outcome="recorded",role="server"} 1
`,
  relay: `sso_link_relay_sent_total{topic="demo-1.user.sso_authenticated",role="relay"} 3
sso_link_relay_sent_total{topic="demo-1.user.link_result",role="relay"} 3
sso_link_outbox_rows{role="relay"} 0
`,
  worker: `sso_link_worker_results_total{outcome="linked",reason="",role="worker"} 2
sso_link_worker_results_total{outcome="refused",reason="no_email",role="worker"} 1
sso_link_worker_lag{partition="0",role="worker"} 0
sso_link_worker_lag{partition="1",role="worker"} 0
`,
};

/** Three roles that answer with these texts, one after the other. */
async function roles(t: Test, told: Record<Role, string[]>): Promise<Record<Role, string>> {
  const server = createServer((request, response) => {
    const texts = told[(request.url ?? '').slice(1) as Role];
    response.end(texts.length > 1 ? texts.shift() : texts[0]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server: `${url}/server`, relay: `${url}/relay`, worker: `${url}/worker` };
}

const once = (told: Record<Role, string>) =>
  Object.fromEntries(Object.entries(told).map(([role, text]) => [role, [text]])) as Record<Role, string[]>;

t.test('metrics that tell what was seen agree', async (t) => {
  const scraped = await scrapeUntilAgreed(await roles(t, once(TOLD)), SEEN);
  t.same(scraped, [
    { role: 'server', told: { recorded: 3 }, agrees: true },
    { role: 'relay', told: { 'user.sso_authenticated': 3, 'user.link_result': 3, waiting: 0 }, agrees: true },
    { role: 'worker', told: { linked: 2, refused: 1, lag: 0 }, agrees: true },
  ]);
});

t.test('a lag that falls is waited for', async (t) => {
  const behind = TOLD.worker.replace('partition="0",role="worker"} 0', 'partition="0",role="worker"} 2');
  const scraped = await scrapeUntilAgreed(
    await roles(t, { ...once(TOLD), worker: [behind, TOLD.worker] }),
    SEEN,
  );
  t.ok(scraped.every(({ agrees }) => agrees));
});

t.test('what disagrees is told as it is', async (t) => {
  const wrong: Record<Role, [string, object]> = {
    server: [
      `${TOLD.server}sso_link_logins_total{company="",outcome="LOGIN_STATE",role="server"} 1\n`,
      { recorded: 3, LOGIN_STATE: 1 },
    ],
    relay: [
      TOLD.relay.replace('link_result",role="relay"} 3', 'link_result",role="relay"} 4'),
      { 'user.sso_authenticated': 3, 'user.link_result': 4, waiting: 0 },
    ],
    // No lag was reported: that is not a lag of 0.
    worker: [TOLD.worker.replace(/^.*_lag.*$/gm, ''), { linked: 2, refused: 1 }],
  };
  for (const [role, [text, told]] of Object.entries(wrong)) {
    const urls = await roles(t, once({ ...TOLD, [role]: text }));
    const scraped = await scrapeUntilAgreed(urls, SEEN, { deadlineMs: 1 });
    t.same(
      scraped.filter(({ agrees }) => !agrees),
      [{ role, told, agrees: false }],
      role,
    );
  }
});
