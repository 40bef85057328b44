/** Where a request went; what the log counts and an outage can be limited to. */
export type Endpoint =
  | 'discovery'
  | 'jwks'
  | 'auth'
  | 'login'
  | 'token'
  | 'userinfo'
  | 'revoke'
  | 'logout'
  | 'other';

export interface JumpCloudOptions {
  /** Free where none is given. */
  port?: number;
  /** The address to listen on; 127.0.0.1. In a container a published port doesn't lead to loopback. */
  host?: string;
  /** Whether the authorization response carries RFC 9207's `iss`, and the metadata say so. Default false. */
  iss?: boolean;
  /** Somebody who isn't assigned: JumpCloud's own page (the default), or `access_denied` to the application. */
  unassigned?: 'page' | 'access_denied';
  /** Answers the authorization request at once for the person that login_hint names: for load. */
  fastLogin?: boolean;
  /** Which Ory Hydra it answers like; 2.3 where none is given. */
  hydra?: '2.2' | '2.3';
  /** Logins of several tabs of a browser go through; at Ory Hydra the last one's alone. Default false. */
  severalTabs?: boolean;
  /** Signs out by way of a login application on another origin. Default false. */
  logoutElsewhere?: boolean;
  /** Seconds; 3600 as JumpCloud's. */
  idTokenTtl?: number;
}

/** An application ("SSO client") in the admin's console. */
export interface ClientOptions {
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
  /** Default client_secret_post. */
  authMethod?: 'client_secret_post' | 'client_secret_basic';
  /** Whether the application has the refresh_token grant. Default true. */
  refreshTokens?: boolean;
  postLogoutRedirectUris?: string[];
  /** Those that the application may ask for; all where none are given. */
  scopes?: string[];
  /** What the authorization endpoint answers, whatever it is asked: the application's settings are wrong. */
  refuses?: { error: string; description: string };
  /** A token hook that denies every grant, new and refreshed. */
  tokenHook?: 'deny';
  /** The name of the groups' claim: the admin chooses it. Default member_of. */
  groupsClaim?: string;
  /** jc_org of its tokens; the same for all clients where none is given. */
  org?: string;
}

export interface PersonOptions {
  /** A 24-hex object id. */
  sub: string;
  email?: string;
  /** As it goes into the token. The string "true" where left out; undefined drops the claim. */
  emailVerified?: unknown;
  givenName?: string;
  familyName?: string;
  groups?: string[];
  /** The client ids of the applications that the person is assigned to. */
  clients: string[];
  /** Custom attributes: they go over the other claims; one that is undefined drops the claim. */
  claims?: Record<string, unknown>;
}

export interface RequestRecord {
  endpoint: Endpoint;
  method: string;
  path: string;
  /** 0 while there is no answer. */
  status: number;
  /** Of requests to the token and revocation endpoints. */
  clientId?: string;
  grantType?: string;
  authMethod?: 'client_secret_post' | 'client_secret_basic' | 'none';
}

export interface RequestLog {
  /** How many since the start or the last `clear`; all endpoints together where none is named. */
  count(endpoint?: Endpoint): number;
  /** The last thousand. */
  list(endpoint?: Endpoint): RequestRecord[];
  clear(): void;
}

/** Changes to what the provider says, so that a test can play a hostile or a broken one. */
export interface Tampering {
  idTokenHeader?(header: Record<string, unknown>): Record<string, unknown>;
  idTokenClaims?(claims: Record<string, unknown>): Record<string, unknown>;
  /** After signing; undefined leaves the token out of the answer. */
  idToken?(jwt: string): string | undefined;
  discovery?(body: Record<string, unknown>): unknown;
  jwks?(body: Record<string, unknown>): unknown;
  tokenResponse?(body: Record<string, unknown>): unknown;
  userinfo?(body: Record<string, unknown>): unknown;
}

/** refuse: nothing listens; hang: no answer ever; a status: an HTML error page, as a gateway's. */
export type OutageMode = 'refuse' | 'hang' | '429' | '500' | '502' | '503';

export interface JumpCloud {
  /** With its trailing slash. */
  issuer: string;
  /** Without. */
  url: string;
  port: number;
  addClient(client: ClientOptions): void;
  updateClient(clientId: string, change: Partial<Omit<ClientOptions, 'clientId'>>): void;
  rotateSecret(clientId: string, clientSecret: string): void;
  removeClient(clientId: string): void;
  addPerson(person: PersonOptions): void;
  updatePerson(sub: string, change: Partial<Omit<PersonOptions, 'sub'>>): void;
  /** Removed from the directory: refresh tokens answer invalid_grant, userinfo 401. */
  removePerson(sub: string): void;
  assign(sub: string, clientId: string): void;
  unassign(sub: string, clientId: string): void;
  people(): PersonOptions[];
  clients(): ClientOptions[];
  requests: RequestLog;
  /** null ends it. `endpoints` limits it; refuse then resets the connection. */
  outage(mode: OutageMode | null, endpoints?: Endpoint[]): Promise<void>;
  /** null ends it. */
  tamper(how: Tampering | null): void;
  /** A new signing key; the old one stays published where `keepOld` is true. */
  rotateKeys(options?: { keepOld?: boolean }): Promise<void>;
  stop(): Promise<void>;
}
