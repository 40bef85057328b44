import { connect } from 'node:net';

/** Sends bytes as they are, and returns what comes back until the other side closes or says no more. */
export function raw(address: string, bytes: string, { quiet = 300 } = {}): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname);
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(quiet, done);
    socket.on('error', done).on('close', done);
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write(bytes);
  });
}

/** The status of a raw answer; 0 where there was none. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
