import { connect } from 'node:net';

const METADATA = 3;

export interface ClusterView {
  brokers: number[];
  /** −1 while there is none. */
  controller: number;
}

/**
 * Asks one broker who is in the cluster: a Metadata request (version 1, no topics) of the Kafka protocol
 * by hand, so that readiness doesn't hang on the client whose faults the tests are about.
 */
export function clusterView(port: number, timeoutMs: number): Promise<ClusterView> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer from 127.0.0.1:${port}`)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`127.0.0.1:${port} hung up`)));
    socket.once('connect', () => socket.write(request()));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      resolve(parse(received));
      socket.destroy();
    });
  });
}

function request(): Buffer {
  const client = Buffer.from('dev');
  const message = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length + 4);
  message.writeInt32BE(message.length - 4, 0);
  message.writeInt16BE(METADATA, 4);
  message.writeInt16BE(1, 6);
  message.writeInt32BE(1, 8);
  message.writeInt16BE(client.length, 12);
  client.copy(message, 14);
  return message;
}

function parse(answer: Buffer): ClusterView {
  let at = 8;
  const int32 = () => {
    at += 4;
    return answer.readInt32BE(at - 4);
  };
  const skipString = () => {
    at += 2 + Math.max(answer.readInt16BE(at), 0);
  };
  const brokers = Array.from({ length: int32() }, () => {
    const id = int32();
    skipString();
    int32();
    skipString();
    return id;
  });
  return { brokers, controller: int32() };
}
