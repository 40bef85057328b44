import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Config } from '../config.ts';
import { SsoLinkError } from '../errors.ts';

export const KAFKA_TLS_CONFIG = [
  'KAFKA_SSL',
  'KAFKA_SSL_CA_FILE',
  'KAFKA_SSL_CERT_FILE',
  'KAFKA_SSL_KEY_FILE',
  'KAFKA_SSL_SERVERNAME',
] as const;

export type KafkaTlsConfig = Config<(typeof KAFKA_TLS_CONFIG)[number]>;

/**
 * TLS options of one connection; undefined without TLS. The files are read for each connection, since Strimzi and
 * cert-manager replace them. Small and local: reading them synchronously is what kafkajs's socket factory allows.
 * @throws SsoLinkError `config_invalid`
 */
export function tlsOptions(config: KafkaTlsConfig, host: string): ConnectionOptions | undefined {
  const { KAFKA_SSL_CA_FILE, KAFKA_SSL_CERT_FILE, KAFKA_SSL_KEY_FILE, KAFKA_SSL_SERVERNAME } = config;
  const set = KAFKA_TLS_CONFIG.filter((name) => name !== 'KAFKA_SSL' && config[name] !== '');
  if (!config.KAFKA_SSL) {
    if (set.length > 0) throw new SsoLinkError('config_invalid', `${set[0]} is set: set KAFKA_SSL=true, too`);
    return undefined;
  }
  if ((KAFKA_SSL_CERT_FILE === '') !== (KAFKA_SSL_KEY_FILE === '')) {
    throw new SsoLinkError(
      'config_invalid',
      'a client certificate needs KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE',
    );
  }
  const servername = KAFKA_SSL_SERVERNAME || (isIP(host) === 0 ? host : '');
  return {
    ...(servername !== '' && { servername }),
    ...(KAFKA_SSL_CA_FILE !== '' && { ca: read('KAFKA_SSL_CA_FILE', KAFKA_SSL_CA_FILE) }),
    ...(KAFKA_SSL_CERT_FILE !== '' && {
      cert: read('KAFKA_SSL_CERT_FILE', KAFKA_SSL_CERT_FILE),
      key: read('KAFKA_SSL_KEY_FILE', KAFKA_SSL_KEY_FILE),
    }),
  };
}

function read(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new SsoLinkError('config_invalid', `${name} cannot be read: ${(error as Error).message}`);
  }
}
