import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { summarizePreview } from '../policy/preview-summary.ts';
import type { ApiDeps } from './api-deps.ts';
import { visibleCompany } from './company-scope.ts';
import { nullable, operation, Slug } from './operation.ts';

const would = { outcome: Type.String(), reason: nullable(Type.String()), count: Type.Integer() };

export const GET_PREVIEW = operation({
  ...{ tag: 'preview', operationId: 'getPreview', scope: 'preview:read' },
  summary: "Count what would happen if a company's people came today",
  description:
    'Decided by the policy; nothing is written. Company and SSO client count as active, and every email as verified at JumpCloud.',
  params: Type.Object({ slug: Slug }),
  response: {
    200: [
      'The counts',
      Type.Object({
        counts: Type.Array(Type.Object(would)),
        signs_in_as_another_user: Type.Integer({
          description: 'Accounts whose email signs in as another user than theirs',
        }),
        not_found_by_email: Type.Object(would, {
          description: "The company's users whom no email would find, and what each would get",
        }),
      }),
    ],
  },
});

export function previewRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();

  app.get('/companies/:slug/preview', GET_PREVIEW, async (request) => {
    const { id } = await visibleCompany(deps, request, request.params.slug);
    const { counts, signsInAsAnotherUser, notFoundByEmail } = await summarizePreview(deps.database, id);
    return {
      counts,
      signs_in_as_another_user: signsInAsAnotherUser,
      not_found_by_email: notFoundByEmail,
    };
  });
}
