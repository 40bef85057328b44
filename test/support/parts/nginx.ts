import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../until.ts';

/** Whether nginx is installed. */
export const nginxAvailable = (): Promise<boolean> =>
  promisify(execFile)('nginx', ['-v']).then(
    () => true,
    () => false,
  );

/**
 * nginx in front of a server that already listens, with its default limits: 8 KB per request line, 4 KB of headers
 * per answer.
 * @param port its own loopback port
 * @param upstream the port of the server behind it
 * @param options.cache keeps for ten minutes whatever does not forbid it, as a CDN does; each answer says in `x-cache`
 *   whether it came from there
 */
export async function startNginx(
  port: number,
  upstream: number,
  options: { cache?: boolean } = {},
): Promise<{ stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sso-link-nginx-'));
  await chmod(folder, 0o755);
  const file = join(folder, 'nginx.conf');
  const cache = options.cache
    ? ['proxy_cache cdn;', 'proxy_cache_valid any 10m;', 'add_header X-Cache $upstream_cache_status always;']
    : [];
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    file,
    `
daemon off;
pid ${folder}/pid;
error_log stderr warn;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  proxy_cache_path ${folder}/cache keys_zone=cdn:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      ${cache.join('\n      ')}
    }
  }
}
`,
  );
  const child = spawn('nginx', ['-e', 'stderr', '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = once(child, 'exit');
  await until(() =>
    fetch(`http://127.0.0.1:${port}`, { redirect: 'manual' }).then(
      () => true,
      () => false,
    ),
  );
  return {
    async stop() {
      child.kill('SIGQUIT');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
