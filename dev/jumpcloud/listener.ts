import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequestLog } from './requests.ts';
import type { Endpoint, OutageMode } from './types.ts';

/** An HTTP server, on loopback by default, that can refuse, hang or fail on request and continue afterwards. */
export async function listen(port: number, host = '127.0.0.1') {
  const requests = createRequestLog();
  let handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  let outage: { mode: OutageMode; endpoints: Endpoint[] | undefined } | null = null;
  const hanging = new Set<ServerResponse>();

  const server = createServer((request, response) => {
    const record = requests.add(request);
    response.once('finish', () => {
      record.status = response.statusCode;
    });
    if (!outage || (outage.endpoints && !outage.endpoints.includes(record.endpoint))) {
      return handle(request, response);
    }
    if (outage.mode === 'refuse') return void request.socket.resetAndDestroy();
    if (outage.mode !== 'hang') {
      return void response
        .writeHead(Number(outage.mode), { 'content-type': 'text/html' })
        .end('<h1>It does not work</h1>');
    }
    hanging.add(response);
    response.once('close', () => hanging.delete(response));
  });
  await open(port);
  const address = server.address() as AddressInfo;

  async function open(on: number) {
    server.listen(on, host);
    await once(server, 'listening');
  }

  async function close() {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  return {
    port: address.port,
    requests,
    serve(listener: RequestListener) {
      handle = listener;
    },
    async outage(mode: OutageMode | null, endpoints?: Endpoint[]) {
      outage = mode && { mode, endpoints };
      for (const response of hanging) response.destroy();
      if (mode === 'refuse' && !endpoints) await close();
      else if (!server.listening) await open(address.port);
    },
    close,
  };
}
