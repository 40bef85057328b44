import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** By name: TXT records as lists of chunks, `nxdomain`, or `silent`. A name that is missing has no records. */
export type Zone = Map<string, Buffer[][] | 'nxdomain' | 'silent'>;

/** A DNS server on loopback that answers over UDP. Returns its address with the port. */
export async function dnsServer(t: Test, zone: Zone): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => {
    const end = query.indexOf(0, 12) + 5;
    const found = zone.get(nameOf(query)) ?? [];
    if (found === 'silent') return;
    const records = found === 'nxdomain' || query.readUInt16BE(end - 4) !== TXT ? [] : found;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (found === 'nxdomain' ? 3 : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    socket.send(
      Buffer.concat([header, query.subarray(12, end), ...records.map(record)]),
      peer.port,
      peer.address,
    );
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return `127.0.0.1:${(socket.address() as AddressInfo).port}`;
}

const TXT = 16;

function nameOf(query: Buffer): string {
  const labels: string[] = [];
  for (let i = 12; query[i]; i += (query[i] ?? 0) + 1) {
    labels.push(query.toString('latin1', i + 1, i + 1 + (query[i] ?? 0)));
  }
  return labels.join('.').toLowerCase();
}

function record(chunks: Buffer[]): Buffer {
  const data = Buffer.concat(chunks.flatMap((chunk) => [Buffer.from([chunk.length]), chunk]));
  const head = Buffer.from([0xc0, 12, 0, TXT, 0, 1, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
