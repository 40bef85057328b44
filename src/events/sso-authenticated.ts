import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Timestamp, Uuid } from './fields.ts';

/** A person signed in by SSO. One for every login; its id is the login's id. */
export const ssoAuthenticated = defineEvent({
  type: 'user.sso_authenticated',
  topic: 'user.sso_authenticated',
  version: 1,
  schema: Type.Object(
    {
      login_id: Uuid('The login, and this event'),
      sso_identity_id: Uuid('Who JumpCloud says it is: company, issuer and subject'),
      company_id: Uuid('The company whose SSO client the person came by'),
      company: Type.String({ description: "The company's slug" }),
      sso_client_id: Uuid("The company's JumpCloud application, as this service calls it"),
      issuer: Type.String({ description: 'The issuer, byte for byte; shared by many companies' }),
      subject: Type.String({ description: "`sub` of the ID token: the person's id at JumpCloud" }),
      email: Type.Union([Type.String(), Type.Null()], {
        description: 'As the provider gave it, not normalized. Personal data',
      }),
      email_verified: Type.Boolean({ description: 'What the provider says; weak evidence' }),
      name: Type.Union([Type.String(), Type.Null()], { description: 'Personal data' }),
      groups: Type.Array(Type.String(), { description: 'Groups that the provider tells, if any' }),
      authenticated_at: Timestamp('When the login was recorded'),
      first_login: Type.Boolean({ description: 'Whether this SSO identity was never seen before' }),
    },
    {
      additionalProperties: false,
      description: 'A person signed in by SSO: one for every login. Its id is the login’s id',
    },
  ),
});

export type SsoAuthenticated = Static<typeof ssoAuthenticated.schema>;
