import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Company, Timestamp, Uuid } from './fields.ts';

/** What was decided for a login. */
export const OUTCOMES = [
  'linked',
  'already_linked',
  'user_created',
  'ambiguous',
  'no_match',
  'refused',
] as const;

/** Why a login was refused; the policy's table (docs/linking-policy.md) says when. */
export const REASONS = [
  'sso_disabled',
  'directory_inactive',
  'user_suspended',
  'other_company',
  'link_removed',
  'email_missing',
  'email_unverified',
  'domain_not_owned',
  'identity_replaced',
  'social_email_unverified',
] as const;

export type Outcome = (typeof OUTCOMES)[number];
export type Reason = (typeof REASONS)[number];

const Match = Type.Object(
  {
    provider: Type.String({ description: '`google`, `github`, …' }),
    social_account_id: Uuid("The social account's id in this service"),
  },
  { additionalProperties: false },
);

const Evidence = Type.Object(
  {
    rule: Type.Integer({ description: "The row of the policy's table that decided, 1 to 17" }),
    email_domain: Type.Union([Type.String(), Type.Null()], {
      description: "The login email's domain, normalized",
    }),
    domain_verified_by: Type.Union([Type.String(), Type.Null()], {
      description: 'Who proved that the domain is the company’s; null when nobody did',
    }),
    provider_email_verified: Type.Boolean({ description: 'The flag that the login carried' }),
    candidates: Type.Union([Type.Integer(), Type.Null()], {
      description: 'How many users the email pointed to; null where a row before 9 decided',
    }),
    company_active: Type.Boolean({ description: 'The company was active' }),
    sso_client_active: Type.Boolean({ description: 'The SSO client was active' }),
  },
  { additionalProperties: false },
);

/** What the linking worker decided for one login: exactly one for every login. */
export const linkResult = defineEvent({
  type: 'user.link_result',
  topic: 'user.link_result',
  version: 1,
  schema: Type.Object(
    {
      login_id: Uuid('The login that was decided'),
      sso_identity_id: Uuid('The SSO identity'),
      company_id: Uuid('The company'),
      company: Company,
      outcome: Type.Enum([...OUTCOMES], { description: 'What was decided' }),
      reason: Type.Union([Type.Enum([...REASONS]), Type.Null()], { description: 'Why it was refused' }),
      user_id: Type.Union([Type.String(), Type.Null()], {
        description: "The product's user, where there is one to sign in as",
      }),
      matched: Type.Array(Match, { description: 'The social accounts whose verified email matched' }),
      policy_version: Type.Integer({ description: 'Raised when the policy changes' }),
      evidence: Evidence,
      decided_at: Timestamp('When it was decided'),
    },
    {
      additionalProperties: false,
      description: 'What was decided for one login: exactly one for every login',
    },
  ),
});

export type LinkResult = Static<typeof linkResult.schema>;
export type LinkMatch = Static<typeof Match>;
export type LinkEvidence = Static<typeof Evidence>;
