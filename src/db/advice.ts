const UNKNOWN_AUTHORITY =
  "the database's certificate is of an unknown authority: name its file by sslrootcert in DATABASE_URL";

/**
 * What an operator can do about errors of the database and its driver, by their code (PostgreSQL, Appendix A; Node's
 * and OpenSSL's codes).
 */
export const DATABASE_ADVICE: Record<string, string> = {
  EHOSTUNREACH: "the database's host cannot be reached: look at DATABASE_URL and the network",
  ENETUNREACH: "the database's network cannot be reached: look at DATABASE_URL and the network",
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
  '53300': 'the database has no connection left: lower DATABASE_POOL or raise its max_connections',
  '55P03': 'something else holds what this command wants to change: run it again',
  '57014': 'the database took too long: run it again',
};
