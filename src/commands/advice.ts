/** What an operator can do about an error, by its code. Use cases state facts; the commands that help stand here alone. */
const UNKNOWN_AUTHORITY =
  "the database's certificate is of an unknown authority: name its file by sslrootcert in DATABASE_URL";

/** What an operator can do about errors of the database and its driver, by their code. */
export const ADVICE: Record<string, string> = {
  ECONNREFUSED: 'the database does not answer: is it running, and is DATABASE_URL right?',
  ENOTFOUND: "the database's host is unknown: look at DATABASE_URL",
  EAI_AGAIN: "the database's host cannot be resolved now: look at DATABASE_URL and the name service",
  CONNECT_TIMEOUT: 'the database does not answer in time: look at DATABASE_URL and the network',
  CONNECTION_CLOSED: 'the connection to the database was lost: nothing of this step was kept, run it again',
  '28P01': 'the database refuses user or password: look at DATABASE_URL',
  '28000':
    'the database has no rule for this user, database, address and encryption: look at pg_hba.conf; a server that requires TLS needs sslmode=require or verify-full in DATABASE_URL',
  database_tls_unsupported:
    'the database offers no TLS: enable it there, or set sslmode=disable in DATABASE_URL',
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the database's certificate is for another host: write its host in DATABASE_URL, or set sslmode=verify-ca",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: "the database's certificate has expired: renew it",
  CONNECT_TARGET: 'no host of DATABASE_URL is as target_session_attrs demands',
  DATABASE_TIMEOUT: 'the database did not answer in time: look at its load and at the network',
  DATABASE_BUSY: 'all connections of the pool are in use: raise DATABASE_POOL, or look for slow statements',
  '3D000': 'there is no such database: create it, or look at DATABASE_URL',
  '42P01': 'the database has not this version’s tables: run `sso-link migrate`',
  '42703': 'the database has not this version’s columns: run `sso-link migrate`',
  '42501': 'the database refuses this user the right to do that: look at its grants',
  EADDRINUSE: 'HOST and PORT are taken by another process',
  EADDRNOTAVAIL: 'HOST is no address of this machine',
  EACCES: 'the system refuses the right to do that, to listen on PORT say',
  '53300': 'the database has no connection left: lower DATABASE_POOL or raise its max_connections',
  '55P03': 'something else holds what this command wants to change: run it again',
  '57014': 'the database took too long: run it again',
};

const REMOVE_FIRST = ({ identity }: Facts) => `run \`links remove ${identity}\` first`;

type Facts = Record<string, string>;

/** The command that helps, after the sentence of one of our own errors. */
export const COMMANDS: Record<string, (facts: Facts) => string | undefined> = {
  company_not_found: () => '`company list` shows them',
  company_without_domain: () => 'run `domain add` first, or activate it with --allow-no-domain',
  client_not_found: ({ company }) => company && `\`client list ${company}\` shows them`,
  client_draft_exists: () => 'change it with `client update`, or activate it',
  client_region_ambiguous: () => 'give --region',
  client_check_failed: () => 'try again, give its --region, or --no-check',
  region_missing: () => 'with --no-check give --region, too',
  domain_taken: ({ domain, company }) => domain && `\`domain move ${company} ${domain}\` moves it`,
  domain_not_found: () => '`domain add` adds it to one',
  identity_not_found: () => '`results list` shows them',
  identity_linked: REMOVE_FIRST,
  user_has_identity: REMOVE_FIRST,
  other_company: (facts) =>
    facts.identity ? REMOVE_FIRST(facts) : 'the product moves users between companies',
};
