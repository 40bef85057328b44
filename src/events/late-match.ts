import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Timestamp, Uuid } from './fields.ts';
import { linkResult } from './link-result.ts';

/** A social account came after its person had signed in and got a new user: the person has two users now. */
export const userLateMatch = defineEvent({
  type: 'user.late_match',
  topic: linkResult.topic,
  version: 1,
  schema: Type.Object(
    {
      sso_identity_id: Uuid('The SSO identity of the person'),
      company_id: Uuid('The company'),
      created_user_id: Type.String({
        description: 'The user that the sign-in created, and that it leads to',
      }),
      user_id: Type.String({ description: 'The user of the product who has the social account' }),
      found_at: Timestamp('When'),
    },
    {
      additionalProperties: false,
      description: 'A person has two users: nothing changes until an operator, or the company, merges them',
    },
  ),
});

export type UserLateMatch = Static<typeof userLateMatch.schema>;
