import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Timestamp, Uuid } from './fields.ts';
import { SSO_STATES } from './state-names.ts';

/** What is true of a company's sign-in, again with each change. The topic is compacted: it keeps the last one of each. */
export const companySsoChanged = defineEvent({
  type: 'company.sso_changed',
  topic: 'sso.companies',
  version: 1,
  schema: Type.Object(
    {
      company_id: Uuid('The company, as in the key'),
      company: Type.String({ description: "The company's slug" }),
      name: Type.String({ description: "The company's name" }),
      status: Type.Enum(['active', 'disabled'], {
        description: 'While it is `disabled`, nobody of the company signs in by SSO',
      }),
      domains: Type.Array(Type.String(), { description: 'Its proven domains, by name' }),
      unproven_domains: Type.Optional(
        Type.Array(Type.String(), {
          description:
            'Those of `domains` whose DNS record was missing, or had another value, at the last check. People still sign in',
        }),
      ),
      sso: Type.Enum([...SSO_STATES], {
        description:
          '`active`: it has an active SSO client. `draft`: it has one that is being set up. `off`: neither',
      }),
      secret_expires_on: Type.Union([Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' }), Type.Null()], {
        description: 'The day on which its last client secret stops working, where that is known',
      }),
      changed_by: Type.String({
        description: 'Who: `operator:<name>`, `key:<name>`, `sso-link` for the service',
      }),
      at: Timestamp('When'),
    },
    {
      additionalProperties: false,
      description: "What is true of a company's sign-in, again with each change",
    },
  ),
});

export type CompanySsoChanged = Static<typeof companySsoChanged.schema>;
