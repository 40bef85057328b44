import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Directory } from './directory.ts';
import type { Keys } from './keys.ts';
import type { JumpCloudOptions, Tampering } from './types.ts';

/** What the parts of one instance share. */
export interface World {
  issuer: string;
  options: JumpCloudOptions;
  directory: Directory;
  keys: Keys;
  tampering: Tampering;
}

export type Context = KoaContextWithOIDC;
/** `ctx.oidc` is there only once one of the library's routes has matched. */
export type Middleware = (ctx: Context, next: () => Promise<unknown>) => Promise<unknown>;
export type OidcProvider = Provider;
