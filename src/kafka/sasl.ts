import type { SASLOptions } from 'kafkajs';
import type { Config, VariableName } from '../config.ts';
import { SsoLinkError } from '../errors.ts';
import { createTokenSource } from './oauth-token.ts';

export const KAFKA_SASL_CONFIG = [
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_OAUTH_TOKEN_URL',
  'KAFKA_OAUTH_CLIENT_ID',
  'KAFKA_OAUTH_CLIENT_SECRET',
  'KAFKA_OAUTH_SCOPE',
  'KAFKA_AWS_REGION',
] as const satisfies VariableName[];

export type KafkaSaslConfig = Config<(typeof KAFKA_SASL_CONFIG)[number]>;

/** How the client authenticates; undefined for not at all. @throws SsoLinkError `config_invalid` */
export function saslOf(config: KafkaSaslConfig): SASLOptions | undefined {
  const mechanism = config.KAFKA_SASL_MECHANISM;
  if (mechanism === '') return undefined;
  if (mechanism === 'oauthbearer') {
    requireSet(config, 'KAFKA_OAUTH_TOKEN_URL', 'KAFKA_OAUTH_CLIENT_ID', 'KAFKA_OAUTH_CLIENT_SECRET');
    const token = createTokenSource({
      url: config.KAFKA_OAUTH_TOKEN_URL,
      clientId: config.KAFKA_OAUTH_CLIENT_ID,
      clientSecret: config.KAFKA_OAUTH_CLIENT_SECRET,
      scope: config.KAFKA_OAUTH_SCOPE,
    });
    return { mechanism, oauthBearerProvider: async () => ({ value: await token() }) };
  }
  if (mechanism === 'aws-msk-iam') {
    requireSet(config, 'KAFKA_AWS_REGION');
    const value = () => mskToken(config.KAFKA_AWS_REGION);
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await value() }) };
  }
  requireSet(config, 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD');
  return {
    mechanism,
    username: config.KAFKA_SASL_USERNAME,
    password: config.KAFKA_SASL_PASSWORD,
  } as SASLOptions;
}

function requireSet(config: KafkaSaslConfig, ...names: (typeof KAFKA_SASL_CONFIG)[number][]): void {
  const missing = names.filter((name) => config[name] === '');
  if (missing.length === 0) return;
  throw new SsoLinkError(
    'config_invalid',
    `KAFKA_SASL_MECHANISM is ${config.KAFKA_SASL_MECHANISM}: set ${missing.join(' and ')}, too`,
  );
}

/**
 * Loaded only here: it brings the AWS SDK's credential providers.
 * @throws SsoLinkError `config_invalid` without the package, `kafka_unavailable` without credentials
 */
async function mskToken(region: string): Promise<string> {
  const signer = await import('aws-msk-iam-sasl-signer-js').catch(() => {
    throw new SsoLinkError(
      'config_invalid',
      'KAFKA_SASL_MECHANISM is aws-msk-iam: install the optional package aws-msk-iam-sasl-signer-js',
    );
  });
  try {
    return (await signer.generateAuthToken({ region })).token;
  } catch (error) {
    throw new SsoLinkError(
      'kafka_unavailable',
      `KAFKA_SASL_MECHANISM is aws-msk-iam and AWS gives no credentials: bind the process to a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (${firstLine(error)})`,
    );
  }
}

function firstLine(error: unknown): string {
  return ((error as Error).message.split('\n')[0] ?? '').slice(0, 200);
}
