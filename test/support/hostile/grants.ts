/** Codes and refresh tokens, with the checks that JumpCloud makes: who, whose, where to, and proof by PKCE. */
import { createHash, randomBytes } from 'node:crypto';
import type { HostileClient, HostileRequest } from './types.ts';

export interface Grant {
  clientId: string;
  redirectUri: string;
  challenge: string | null;
  nonce: string | null;
  scope: string;
  loginHint: string | null;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

export function createGrants(clients: Map<string, HostileClient>, secrets: Set<string>) {
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, Grant>();

  function secret(prefix: string): string {
    const value = `${prefix}${randomBytes(24).toString('base64url')}`;
    secrets.add(value);
    return value;
  }

  function authenticated({ headers, form }: HostileRequest): HostileClient {
    const [, basic] = /^Basic (.+)$/.exec(String(headers.authorization ?? '')) ?? [];
    const [id, given] = basic
      ? Buffer.from(basic, 'base64').toString().split(':').map(formDecoded)
      : [form.get('client_id'), form.get('client_secret')];
    const client = clients.get(id ?? '');
    const method = basic ? 'client_secret_basic' : 'client_secret_post';
    const agreed = client?.authMethod ?? 'client_secret_post';
    if (!client || client.clientSecret !== given || method !== agreed)
      throw new Refusal(401, 'invalid_client');
    return client;
  }

  return {
    secret,

    /** A code for an authorization request. @throws Refusal where JumpCloud would show its error page */
    authorize({ url }: HostileRequest): { redirectUri: string; state: string; code: string } {
      const asked = url.searchParams;
      const client = clients.get(asked.get('client_id') ?? '');
      const redirectUri = asked.get('redirect_uri') ?? '';
      const state = asked.get('state') ?? '';
      if (!client?.redirectUris.includes(redirectUri)) throw new Refusal(400, 'invalid_request');
      if (asked.get('response_type') !== 'code' || state.length < 8) throw new Refusal(400, 'invalid_state');
      if (asked.get('code_challenge_method') !== 'S256') throw new Refusal(400, 'invalid_request');
      for (const name of ['state', 'nonce', 'code_challenge']) secrets.add(asked.get(name) ?? '');
      const code = secret('code_');
      codes.set(code, {
        clientId: client.clientId,
        redirectUri,
        challenge: asked.get('code_challenge'),
        nonce: asked.get('nonce'),
        scope: asked.get('scope') ?? '',
        loginHint: asked.get('login_hint'),
      });
      return { redirectUri, state, code };
    },

    /** What a token request is good for. @param anyCode takes every code ever given, from any client */
    redeem(request: HostileRequest, anyCode = false): { grant: Grant; client: HostileClient } {
      const client = authenticated(request);
      const { form } = request;
      if (form.get('grant_type') === 'refresh_token') {
        const grant = refreshTokens.get(form.get('refresh_token') ?? '');
        if (grant?.clientId !== client.clientId) throw new Refusal(400, 'invalid_grant');
        refreshTokens.delete(form.get('refresh_token') ?? '');
        return { grant, client };
      }
      const code = form.get('code') ?? '';
      const grant = codes.get(code);
      if (grant === undefined) throw new Refusal(400, 'invalid_grant');
      if (anyCode) return { grant, client };
      const verifier = form.get('code_verifier') ?? '';
      secrets.add(verifier);
      const proof = createHash('sha256').update(verifier).digest('base64url');
      const fits = grant.clientId === client.clientId && grant.redirectUri === form.get('redirect_uri');
      if (!fits || proof !== grant.challenge) throw new Refusal(400, 'invalid_grant');
      codes.delete(code);
      return { grant, client };
    },

    refreshToken(grant: Grant): string {
      const token = secret('refresh_');
      refreshTokens.set(token, grant);
      return token;
    },
  };
}

/** RFC 6749 §2.3.1: both halves of a Basic credential are form-encoded. */
function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
