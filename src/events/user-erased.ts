import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Company, Timestamp, Uuid } from './fields.ts';
import { linkResult } from './link-result.ts';

/** A user was erased. On the results' topic, once for each SSO identity that is linked to the user. */
export const userErased = defineEvent({
  type: 'user.erased',
  topic: linkResult.topic,
  version: 1,
  schema: Type.Object(
    {
      sso_identity_id: Uuid('An SSO identity that is linked to the user'),
      company_id: Uuid("The SSO identity's company"),
      company: Company,
      user_id: Type.String({ description: 'The user whose personal data was erased' }),
      at: Timestamp('When'),
    },
    { additionalProperties: false, description: 'A user was erased: erase your copies of personal data' },
  ),
});

export type UserErased = Static<typeof userErased.schema>;
