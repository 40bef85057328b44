import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import {
  createDirectoryToken,
  type DirectoryToken,
  listDirectoryTokens,
  revokeDirectoryToken,
} from '../directory/tokens.ts';
import type { ApiDeps } from './api-deps.ts';
import { change, visibleCompany } from './company-scope.ts';
import { IdempotencyHeaders } from './idempotency.ts';
import { nullable, operation, Slug, Text, Time } from './operation.ts';

const tag = 'directory';
const OfCompany = Type.Object({ slug: Slug });
const TokenId = Text(50, 'The public part of the token');
const view = {
  ...{ id: TokenId, created_by: Type.String({ description: '`operator:<name>` or `key:<name>`' }) },
  created_at: Time,
  last_used_at: nullable(Time),
  revoked_at: nullable(Time),
};

export const LIST_DIRECTORY_TOKENS = operation({
  ...{ tag, operationId: 'listDirectoryTokens', scope: 'directory:read', params: OfCompany },
  summary: 'List the tokens of a directory, the oldest first, without what is secret',
  querystring: Type.Object({ revoked: Type.Optional(Type.Boolean({ description: 'Revoked ones as well' })) }),
  response: { 200: ['The tokens', Type.Object({ items: Type.Array(Type.Object(view)) })] },
});
export const CREATE_DIRECTORY_TOKEN = operation({
  ...{ tag, operationId: 'createDirectoryToken', scope: 'directory:write', params: OfCompany },
  headers: IdempotencyHeaders,
  summary: 'Create a token for a directory',
  description:
    'The token is in this answer alone: only its SHA-256 is stored. A company has two at most. Its admin enters it at JumpCloud with the base URL `scim_url`.',
  response: {
    201: [
      'Created',
      Type.Object({
        ...view,
        token: Type.String({ description: 'A secret' }),
        scim_url: Type.String({ description: 'The base URL for SCIM' }),
      }),
    ],
  },
});
export const REVOKE_DIRECTORY_TOKEN = operation({
  ...{ tag, operationId: 'revokeDirectoryToken', scope: 'directory:write' },
  summary: 'Revoke a token of a directory at once',
  params: Type.Object({ slug: Slug, token_id: TokenId }),
  response: { 204: ['Revoked, now or before'] },
});

export function directoryTokenRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();

  app.get('/companies/:slug/directory/tokens', LIST_DIRECTORY_TOKENS, async (request) => {
    const { slug: company } = await visibleCompany(deps, request, request.params.slug);
    const { revoked = false } = request.query;
    return { items: (await listDirectoryTokens(deps.database, { company, revoked })).map(tokenView) };
  });

  app.post('/companies/:slug/directory/tokens', CREATE_DIRECTORY_TOKEN, async (request, reply) => {
    const { slug } = await visibleCompany(deps, request, request.params.slug);
    const created = await change(deps, request, (tx, actor) => createDirectoryToken(tx, actor, slug));
    const { token } = created;
    return reply
      .code(201)
      .send({ ...tokenView(created), token, scim_url: `${deps.config.PUBLIC_URL}/scim/v2` });
  });

  app.delete(
    '/companies/:slug/directory/tokens/:token_id',
    REVOKE_DIRECTORY_TOKEN,
    async (request, reply) => {
      const { id: companyId } = await visibleCompany(deps, request, request.params.slug);
      const { token_id: tokenId } = request.params;
      await change(deps, request, (tx, actor) => revokeDirectoryToken(tx, actor, tokenId, companyId));
      return reply.code(204).send();
    },
  );
}

function tokenView({ id, createdBy, createdAt, lastUsedAt, revokedAt }: DirectoryToken) {
  return {
    ...{ id, created_by: createdBy, created_at: createdAt },
    ...{ last_used_at: lastUsedAt, revoked_at: revokedAt },
  };
}
