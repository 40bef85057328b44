import type { Forge } from './draft.ts';
import type { HostileKeys } from './keys.ts';
import type { Transport } from './transport.ts';

type Json = Record<string, unknown>;

export type Endpoint = 'discovery' | 'jwks' | 'auth' | 'token' | 'userinfo' | 'revoke' | 'logout' | 'other';

/** What a hostile provider does otherwise than JumpCloud. What isn't named is JumpCloud's way. */
export interface Behaviour {
  /** Claims over those of the person who signs in; undefined drops one. */
  claims?: Json;
  /** The header's fields; undefined drops one. */
  header?: Json;
  /** Makes the ID token itself. */
  idToken?: Forge;
  discovery?(document: Json): unknown;
  jwks?(set: { keys: unknown[] }): unknown;
  tokenResponse?(body: Json): unknown;
  userinfo?(claims: Json): unknown;
  /** Changes the authorization response's parameters. */
  response?(parameters: URLSearchParams): void;
  /** Runs while the service waits for the token endpoint. */
  duringExchange?(): unknown;
  /** Accepts a code from any client, any number of times. */
  anyCode?: boolean;
  transport?: Partial<Record<Endpoint, Transport>>;
}

export interface HostileRequest {
  endpoint: Endpoint;
  method: string;
  url: URL;
  headers: Record<string, string | string[] | undefined>;
  form: URLSearchParams;
}

export interface HostileClient {
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
  authMethod?: 'client_secret_post' | 'client_secret_basic';
  /** Whether the application has the refresh_token grant. Default true. */
  refreshTokens?: boolean;
}

export interface HostileProvider {
  /** With its trailing slash. */
  issuer: string;
  keys: HostileKeys;
  addClient(client: HostileClient): void;
  /** The secret changes at the provider. */
  rotateSecret(clientId: string, clientSecret: string): void;
  /** From now on so, and nothing of what was before. Nothing given: as JumpCloud. */
  be(behaviour?: Behaviour): void;
  /** How many requests came since the start. */
  calls(endpoint: Endpoint): number;
  /** All of them, the newest last. */
  requests: HostileRequest[];
  /** Every secret that was given out or came in: what no log may hold. */
  secrets: Set<string>;
  /** Answers that somebody still waits for. */
  open(): number;
  /** Bytes of the largest answer, as far as they were taken. */
  largest(): number;
  stop(): Promise<void>;
}
