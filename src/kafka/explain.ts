/** What kafkajs, Node and OpenSSL say when brokers cannot be used, as a sentence that names the variable to change. */

interface KafkaError {
  type?: string;
  code?: string;
  message?: string;
  cause?: unknown;
  originalError?: unknown;
}

/** Searched in order in "type code message". */
const SENTENCES: [RegExp, string][] = [
  // A sentence of ours already names the variable.
  [/KAFKA_\w+ /, ''],
  [
    /alert number (42|116)\b|alert certificate required|alert bad certificate/i,
    'the broker requires a client certificate: set KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE',
  ],
  [
    /alert number (44|45|46)\b/,
    'the broker refuses the client certificate as revoked or expired: renew KAFKA_SSL_CERT_FILE',
  ],
  [
    /alert number 48\b|alert unknown ca/i,
    'the broker does not trust the authority of KAFKA_SSL_CERT_FILE: use a certificate of its client authority',
  ],
  [
    /UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER|SELF_SIGNED|unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer/i,
    "the broker's certificate is of an unknown authority: set KAFKA_SSL_CA_FILE",
  ],
  [
    /ALTNAME_INVALID|does not match certificate/i,
    "the broker's certificate is for another host: write its host in KAFKA_BROKERS, or set KAFKA_SSL_SERVERNAME",
  ],
  [/CERT_HAS_EXPIRED|certificate has expired/i, "the broker's certificate has expired: renew it"],
  [
    /wrong version number|packet length too long|record layer|disconnected before secure TLS/i,
    'the broker does not speak TLS on this port: set KAFKA_SSL=false, or name its TLS port in KAFKA_BROKERS',
  ],
  [/key values mismatch/i, 'KAFKA_SSL_KEY_FILE is not the key of KAFKA_SSL_CERT_FILE'],
  [
    /mechanism (.* )?is not supported|UNSUPPORTED_SASL_MECHANISM/i,
    'the broker does not offer KAFKA_SASL_MECHANISM',
  ],
  [
    /SASL \S+ authentication failed|Authentication failed|SASL_AUTHENTICATION_FAILED/i,
    'the broker refuses the credentials: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, or KAFKA_OAUTH_*',
  ],
  [
    /_AUTHORIZATION_FAILED/,
    'the broker authenticates this user and denies the right: add ACLs for the topics and the consumer group',
  ],
  [
    /INVALID_SESSION_TIMEOUT|session timeout is not within the range/i,
    "the brokers do not allow the consumer group's session timeout of 6 s: set their group.min.session.timeout.ms to 6000 or less",
  ],
  [
    // A refused token, too: kafkajs does not read the broker's answer of RFC 7628 §3.2.3.
    /ILLEGAL_SASL_STATE/,
    'the broker closed the connection: it requires a KAFKA_SASL_MECHANISM, or refuses the token (check KAFKA_OAUTH_SCOPE and the audience; for aws-msk-iam the right kafka-cluster:Connect)',
  ],
  [
    /Closed connection|ECONNRESET|socket hang up/i,
    'the broker closed the connection: check KAFKA_SSL (does this port speak TLS?) and KAFKA_SASL_MECHANISM',
  ],
  [/ECONNREFUSED/, 'no broker answers: check KAFKA_BROKERS, and that the brokers run'],
  [/ENOTFOUND|EAI_AGAIN/, "a broker's host is unknown: check KAFKA_BROKERS and the name service"],
  [
    /Connection timeout|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/i,
    'a broker does not answer in time: check KAFKA_BROKERS and the network',
  ],
];

/** One line for an operator: what is wrong and which variable to change; what was thrown, in parentheses. */
export function explain(thrown: unknown): string {
  const said = words(thrown);
  const plain = said.at(-1)?.replace(/\s+/g, ' ').trim().slice(0, 300) ?? 'unknown error';
  const [, sentence] = SENTENCES.find(([pattern]) => pattern.test(said.join(' '))) ?? [];
  return sentence ? `${sentence} (${plain})` : plain;
}

/** The words of an error and its causes, the outermost first: retries hide what was thrown. */
function words(thrown: unknown): string[] {
  const { type, code, message, cause, originalError } = thrown as KafkaError;
  const own = [type ?? code, message].filter(Boolean).join(': ');
  const inner = cause ?? originalError;
  return inner instanceof Error && inner !== thrown ? [own, ...words(inner)] : [own];
}
