import t from 'tap';
import { startService } from '../support/service.ts';

t.test('forwarded requests of a peer that is not trusted: one warning', async (t) => {
  const warnings = async (env: Record<string, string>) => {
    const lines: { peer?: string; msg: string }[] = [];
    const { url } = await startService(t, { env, logs: (line) => lines.push(JSON.parse(line)) });
    for (let n = 0; n < 3; n += 1) {
      await fetch(`${url}/login`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    }
    return lines.filter(({ msg }) => msg.includes('TRUST_PROXY'));
  };
  t.match(await warnings({}), [{ level: 40, peer: /127\.0\.0\.1|::1/ }]);
  t.equal((await warnings({})).length, 1, 'once');
  t.same(await warnings({ TRUST_PROXY: '127.0.0.1,::1' }), []);
});
