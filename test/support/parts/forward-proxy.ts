import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export interface ForwardProxy {
  url: string;
  /** The targets of CONNECT, `host:port`. */
  tunnels: string[];
  /** The request lines that passed in the clear, like `GET /userinfo`. */
  requests: string[];
  stop(): Promise<void>;
}

/** A forward proxy (RFC 9110 §9.3.6 CONNECT) that logs what passes. */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const tunnels: string[] = [];
  const requests: string[] = [];
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client, head) => {
    tunnels.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port || 80), hostname.replace(/[[\]]/g, ''), () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    client.on('data', (chunk: Buffer) => {
      for (const [, line] of chunk.toString('latin1').matchAll(/^((?:GET|POST) [^ ?]+)\S* HTTP\/1\.1\r$/gm)) {
        requests.push(line ?? '');
      }
    });
    for (const end of [client, upstream]) end.on('error', () => client.destroy() && upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    requests,
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
