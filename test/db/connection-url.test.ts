import t from 'tap';
import { parseConnectionUrl } from '../../src/db/connection-url.ts';

const parse = (text: string, env = {}) => parseConnectionUrl(text, 'DATABASE_URL', env);

t.test('what the consoles of cloud providers print is understood', async (t) => {
  const neon = parse(
    'postgresql://app:npg_x@ep-cool-1.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require',
  );
  t.match(neon, { user: 'app', database: 'neondb', sslMode: 'verify-full', hosts: [{ port: 5432 }] });
  const supabase = parse('postgres://postgres.ref:p%40ss@aws-0.pooler.supabase.com:6543/postgres');
  t.match(supabase, { user: 'postgres.ref', password: 'p@ss', hosts: [{ port: 6543 }], sslMode: 'prefer' });
  const rds = parse(
    'postgres://app@db.rds.amazonaws.com:5432/app?sslmode=verify-full&sslrootcert=/etc/ssl/rds.pem&connect_timeout=5&gssencmode=disable',
  );
  t.match(rds, { sslMode: 'verify-full', sslRootCert: '/etc/ssl/rds.pem', connectTimeout: 5_000 });
});

t.test('all forms of a host that psql takes', async (t) => {
  const hosts = (text: string) => parse(text).hosts;
  t.same(hosts('postgres://u@[::1]:5433/d'), [{ host: '::1', port: 5433 }]);
  t.same(hosts('postgres://u@h1:1,h2:2,h3/d'), [
    { host: 'h1', port: 1 },
    { host: 'h2', port: 2 },
    { host: 'h3', port: 5432 },
  ]);
  const socket = [{ host: 'localhost', port: 5432, socketFolder: '/var/run/postgresql' }];
  t.same(hosts('postgres://u@%2Fvar%2Frun%2Fpostgresql/d'), socket);
  t.same(hosts('postgres:///d?host=/var/run/postgresql&user=u'), socket);
  t.same(hosts('postgres://u@db.example/d?hostaddr=10.0.0.9'), [
    { host: 'db.example', port: 5432, address: '10.0.0.9' },
  ]);
  t.same(hosts('postgres://u@/d?host=a,b&port=1,2'), [
    { host: 'a', port: 1 },
    { host: 'b', port: 2 },
  ]);
  t.same(hosts('postgres://u@/d'), [{ host: 'localhost', port: 5432 }]);
});

t.test('names are percent-decoded, and the database defaults to the user', async (t) => {
  t.match(parse('postgres://us%40er:a%2Fb@h/a%20b'), { user: 'us@er', password: 'a/b', database: 'a b' });
  t.equal(parse('postgres://app@h').database, 'app');
});

t.test('the environment of libpq fills what the URL leaves open', async (t) => {
  const env = { PGSSLMODE: 'verify-ca', PGSSLROOTCERT: '/ca.pem', PGPASSWORD: 'secret' };
  t.match(parse('postgres://u@h/d', env), {
    sslMode: 'verify-ca',
    sslRootCert: '/ca.pem',
    password: 'secret',
  });
  t.equal(parse('postgres://u@h/d?sslmode=disable', { PGSSLMODE: 'require' }).sslMode, 'disable');
});

t.test('sslmode as libpq reads it', async (t) => {
  const mode = (query: string) => parse(`postgres://u@h/d?${query}`).sslMode;
  t.equal(mode('sslmode=require'), 'require');
  t.equal(mode('sslmode=require&sslrootcert=/ca.pem'), 'verify-ca');
  t.equal(mode('sslrootcert=system'), 'verify-full');
  t.equal(mode('channel_binding=prefer'), 'prefer');
});

const wrong: Record<string, RegExp> = {
  'mysql://h/d': /expected a URL like postgres:\/\//,
  'postgres://u:p@ss@h/d': /percent-encode/,
  'postgres://u:p%zz@h/d': /password is not percent-encoded: write % as %25/,
  'postgres://u@::1/d': /\[an IPv6 address\]/,
  'postgres://u@h:99999/d': /port must be an integer/,
  'postgres://u@h/d?schema=app': /schema is not supported: write options=-c%20search_path/,
  'postgres://u@h/d?connection_limit=5': /set DATABASE_POOL/,
  'postgres://u@h/d?pgbouncer=true': /a pooler is detected/,
  'postgres://u@h/d?sslcrl=/x': /sslcrl is not supported/,
  'postgres://u@h/d?constructor=x': /constructor is not supported: remove it/,
  'postgres://u@h/d?sslmode=on': /sslmode must be one of disable, allow/,
  'postgres://u@h/d?gssencmode=require': /gssencmode must be one of/,
  'postgres://u@h/d?sslmode=disable&channel_binding=require': /needs TLS/,
  'postgres://u@h/d?target_session_attrs=leader': /target_session_attrs must be one of/,
  'postgres://u@h/d?client_encoding=LATIN1': /client_encoding must be UTF8/,
  'postgres://u@h/d?connect_timeout=soon': /number of seconds/,
};

t.test('what is not understood is named, with what to write, and the password is not shown', async (t) => {
  for (const [text, message] of Object.entries(wrong)) {
    t.throws(() => parse(text), { code: 'config_invalid', message }, text);
  }
  for (const secret of ['hunter2%zz', 'a/hunter2', 'a@hunter2', 'a#hunter2', 'a?hunter2']) {
    t.throws(() => parse(`postgres://u:${secret}@h/d`), { message: /^(?!.*hunter2)/ }, secret);
  }
});
