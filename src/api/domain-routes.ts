import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { challengeDomain, checkDomain } from '../companies/domain-challenges.ts';
import { domainResolver } from '../companies/domain-record.ts';
import {
  addDomain,
  moveDomain,
  type OwnedDomain,
  pageOfDomains,
  removeDomain,
} from '../companies/domains.ts';
import { SsoLinkError } from '../errors.ts';
import type { ApiDeps } from './api-deps.ts';
import { requireAllCompanies } from './authentication.ts';
import { change, visibleCompany } from './company-scope.ts';
import { IdempotencyHeaders } from './idempotency.ts';
import { Body, nullable, operation, Slug, Text, Time } from './operation.ts';
import { LINK_HEADER, Page, PageQuery, sendPage } from './pages.ts';

const tag = 'domains';
const View = Type.Object({
  domain: Type.String(),
  company: Slug,
  verified_by: Type.String({ description: '`operator`, or `dns` for a TXT record' }),
  verified_at: Time,
});
const OfCompany = Type.Object({ slug: Slug });
const Named = Type.Object({ slug: Slug, domain: Text(253, 'Like `example.com`') });

export const LIST_DOMAINS = operation({
  ...{ tag, operationId: 'listDomains', scope: 'domains:read', summary: 'List the domains of a company' },
  ...{ params: OfCompany, querystring: Type.Object(PageQuery) },
  response: { 200: ['A page', Page(View), LINK_HEADER] },
});
export const PUT_DOMAIN = operation({
  ...{ tag, operationId: 'putDomain', scope: 'domains:write', params: Named },
  summary: 'Add a domain to a company, or move it from another one',
  description:
    'The caller vouches that the company owns the domain, so the key must be one of all companies. A key of one company proves a domain by DNS. `move_from` names the present owner; existing links stay as they are.',
  body: Body({ verified_by: Type.Literal('operator'), move_from: Type.Optional(Slug) }),
  response: { 200: ['The domain', View] },
});
export const DELETE_DOMAIN = operation({
  ...{ tag, operationId: 'deleteDomain', scope: 'domains:write', params: Named },
  summary: 'Take a domain from a company; links stay as they are',
  response: { 204: ['It is no longer the company’s'] },
});
export const CHALLENGE_DOMAIN = operation({
  ...{ tag, operationId: 'challengeDomain', scope: 'domains:write', params: Named },
  headers: IdempotencyHeaders,
  summary: 'Get the TXT record by which a company proves a domain',
  body: Body({
    new: Type.Optional(Type.Boolean({ description: 'A new value; the old one proves nothing' })),
  }),
  response: {
    200: ['The record to publish', Type.Object({ name: Type.String(), text: Type.String() })],
  },
});
export const CHECK_DOMAIN = operation({
  ...{ tag, operationId: 'checkDomain', scope: 'domains:write', params: Named },
  headers: IdempotencyHeaders,
  summary: 'Look up the TXT record; a proven domain is added to the company',
  response: {
    200: [
      'What DNS says',
      Type.Object({
        domain: Type.String(),
        answer: Type.Union(
          (['verified', 'no_record', 'other_value', 'no_such_domain', 'dns_unreachable'] as const).map((a) =>
            Type.Literal(a),
          ),
        ),
        shown: Type.Optional(
          nullable(Type.String({ description: 'With `other_value`: the value that DNS shows' })),
        ),
      }),
    ],
  },
});

export function domainRoutes(v1: FastifyInstance, deps: ApiDeps): void {
  const app = v1.withTypeProvider<TypeBoxTypeProvider>();
  const resolver = domainResolver(...deps.config.DNS_SERVERS);

  app.get('/companies/:slug/domains', LIST_DOMAINS, async (request, reply) => {
    const company = await visibleCompany(deps, request, request.params.slug);
    return sendPage(
      request,
      reply,
      (page) => pageOfDomains(deps.database, { ...page, companyId: company.id }),
      {
        cursor: ({ domain }) => domain,
        item: view,
      },
    );
  });

  app.put('/companies/:slug/domains/:domain', PUT_DOMAIN, async (request) => {
    const { slug, domain } = request.params;
    await visibleCompany(deps, request, slug);
    requireAllCompanies(request.caller);
    const { verified_by: verifiedBy, move_from: from } = request.body;
    return change(deps, request, async (tx, actor) => {
      if (from === undefined) return view((await addDomain(tx, actor, { slug, domain, verifiedBy })).owned);
      const moved = await moveDomain(tx, actor, { slug, domain, verifiedBy });
      if (moved.from !== from && moved.from !== slug) {
        throw new SsoLinkError(
          'domain_taken',
          `${domain} belongs to company '${moved.from}', not to '${from}'`,
        );
      }
      return view(moved.owned);
    });
  });

  app.delete('/companies/:slug/domains/:domain', DELETE_DOMAIN, async (request, reply) => {
    const { slug, domain } = request.params;
    await visibleCompany(deps, request, slug);
    await change(deps, request, (tx, actor) => removeDomain(tx, actor, { slug, domain })).catch(hideOwner);
    return reply.code(204).send();
  });

  app.post('/companies/:slug/domains/:domain/challenge', CHALLENGE_DOMAIN, async (request) => {
    const { slug, domain } = request.params;
    await visibleCompany(deps, request, slug);
    const { new: renew = false } = request.body;
    return change(deps, request, (tx, actor) => challengeDomain(tx, actor, { slug, domain, renew }));
  });

  app.post('/companies/:slug/domains/:domain/check', CHECK_DOMAIN, async (request) => {
    const { slug, domain } = request.params;
    await visibleCompany(deps, request, slug);
    return checkDomain(deps.database, request.caller.actor, resolver, { slug, domain });
  });
}

/** Below a company's path, another company's domain is missing for every key. */
function hideOwner(error: unknown): never {
  if (error instanceof SsoLinkError && error.code === 'domain_taken') {
    throw new SsoLinkError('domain_not_found', error.message);
  }
  throw error;
}

function view({ domain, company, verifiedBy, verifiedAt }: OwnedDomain) {
  return { domain, company, verified_by: verifiedBy, verified_at: verifiedAt };
}
