import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import type { Test } from 'tap';
import { freePorts } from '../../../dev/free-port.ts';
import { distribution } from '../../../dev/kafka/jars.ts';
import { type KafkaListener, startKafka } from '../../../dev/kafka.ts';
import { until } from '../until.ts';
import { type Authority, type Certificate, createAuthority } from './certificates.ts';

export interface SecuredKafka {
  authority: Authority;
  /** host:port of the listener for clients without TLS and password. */
  plain: string;
  /** TLS with a certificate for `localhost`. */
  tls: string;
  /** TLS with a certificate for 127.0.0.1. */
  tlsByAddress: string;
  /** TLS that requires a client certificate of the authority. */
  mtls: string;
  /** SASL PLAIN as `sso-link` with the password `right`. */
  password: string;
  /** SASL OAUTHBEARER with Kafka's validator of unsecured tokens (RFC 7515, `alg` none). */
  oauth: string;
  /** Plain, on the IPv6 loopback address; undefined where the machine has none. */
  ipv6: string | undefined;
  /** From now on this user may describe topics with this prefix, and create none. */
  denyCreate(user: string, prefix: string): Promise<void>;
  /** Ends the broker in order and starts it again: every client connects again. */
  restart(): Promise<void>;
}

/** Not all of its names can be imported: it is CommonJS. */
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } =
  kafkajs;

const POLICY = fileURLToPath(new URL('topic-policy/PrefixPolicy.java', import.meta.url));

/** One real broker with a listener of each kind, and a topic policy (`closed.*`, `bare.*`). */
export async function startSecuredKafka(t: Test): Promise<SecuredKafka> {
  const authority = await createAuthority();
  t.teardown(authority.remove);
  const [tls = 0, tlsByAddress = 0, mtls = 0, password = 0, oauth = 0, six = 0] = await freePorts(6);
  const hasIpv6 = Object.values(networkInterfaces())
    .flat()
    .some((address) => address?.address === '::1');
  const listeners: KafkaListener[] = [
    { name: 'TLS', protocol: 'SSL', host: 'localhost', port: tls },
    { name: 'TLSIP', protocol: 'SSL', host: '127.0.0.1', port: tlsByAddress },
    { name: 'MTLS', protocol: 'SSL', host: 'localhost', port: mtls },
    { name: 'PASSWORD', protocol: 'SASL_PLAINTEXT', host: 'localhost', port: password },
    { name: 'OAUTH', protocol: 'SASL_PLAINTEXT', host: 'localhost', port: oauth },
  ];
  if (hasIpv6) listeners.push({ name: 'SIX', protocol: 'PLAINTEXT', host: '[::1]', port: six });
  const byName = await keystore(authority, await authority.issue('localhost', ['DNS:localhost']));
  const byAddress = await keystore(authority, await authority.issue('127.0.0.1', ['IP:127.0.0.1']));
  const classes = join(authority.folder, 'classes');
  await mkdir(classes);
  const libs = join(await distribution(), 'libs', '*');
  await promisify(execFile)('javac', ['-cp', libs, '-d', classes, POLICY]);
  const cluster = await startKafka({
    own: true,
    listeners,
    classes,
    properties: {
      'create.topic.policy.class.name': 'PrefixPolicy',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'allow.everyone.if.no.acl.found': 'true',
      ...pem('TLS', byName),
      ...pem('TLSIP', byAddress),
      ...pem('MTLS', byName),
      'listener.name.mtls.ssl.client.auth': 'required',
      'listener.name.mtls.ssl.truststore.type': 'PEM',
      'listener.name.mtls.ssl.truststore.location': authority.ca,
      'listener.name.password.sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.password.plain.sasl.jaas.config':
        'org.apache.kafka.common.security.plain.PlainLoginModule required user_sso-link="right";',
      'listener.name.oauth.sasl.enabled.mechanisms': 'OAUTHBEARER',
      'listener.name.oauth.oauthbearer.sasl.jaas.config':
        'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;',
    },
  });
  t.teardown(cluster.stop);
  return {
    authority,
    plain: cluster.brokers[0] as string,
    tls: `localhost:${tls}`,
    tlsByAddress: `127.0.0.1:${tlsByAddress}`,
    mtls: `localhost:${mtls}`,
    password: `localhost:${password}`,
    oauth: `localhost:${oauth}`,
    ipv6: hasIpv6 ? `[::1]:${six}` : undefined,
    async denyCreate(user, prefix) {
      const admin = new Kafka({
        brokers: [cluster.brokers[0] as string],
        logLevel: logLevel.NOTHING,
      }).admin();
      const all = { principal: `User:${user}`, host: '*' };
      const topics = { resourceType: AclResourceTypes.TOPIC, resourceName: prefix };
      await admin.connect();
      await admin.createAcls({
        acl: [
          {
            ...all,
            ...topics,
            resourcePatternType: ResourcePatternTypes.PREFIXED,
            operation: AclOperationTypes.DESCRIBE,
            permissionType: AclPermissionTypes.ALLOW,
          },
          {
            ...all,
            ...topics,
            resourcePatternType: ResourcePatternTypes.PREFIXED,
            operation: AclOperationTypes.CREATE,
            permissionType: AclPermissionTypes.DENY,
          },
          {
            ...all,
            resourceType: AclResourceTypes.CLUSTER,
            resourceName: 'kafka-cluster',
            resourcePatternType: ResourcePatternTypes.LITERAL,
            operation: AclOperationTypes.CREATE,
            permissionType: AclPermissionTypes.DENY,
          },
        ],
      });
      const listed = async () =>
        (
          await admin.describeAcls({
            resourceType: AclResourceTypes.CLUSTER,
            resourcePatternType: ResourcePatternTypes.ANY,
            operation: AclOperationTypes.ANY,
            permissionType: AclPermissionTypes.ANY,
          })
        ).resources.length > 0;
      await until(listed, 10_000);
      await admin.disconnect();
    },
    async restart() {
      await cluster.nodes[0]?.stop();
      await cluster.nodes[0]?.start();
    },
  };
}

/** Kafka expects key and certificate in one PEM file. */
async function keystore(authority: Authority, { cert, key }: Certificate): Promise<string> {
  const file = join(authority.folder, `keystore-${cert.length}-${Date.now()}.pem`);
  await writeFile(file, `${await readFile(key, 'utf8')}${await readFile(cert, 'utf8')}`);
  return file;
}

function pem(listener: string, keystoreFile: string): Record<string, string> {
  const prefix = `listener.name.${listener.toLowerCase()}.ssl.keystore`;
  return { [`${prefix}.type`]: 'PEM', [`${prefix}.location`]: keystoreFile };
}
