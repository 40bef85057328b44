import { type Static, Type } from 'typebox';
import { DEPROVISIONED_CAUSES } from './directory-causes.ts';
import { defineEvent } from './event.ts';
import { Company, Timestamp, Uuid } from './fields.ts';
import { linkResult } from './link-result.ts';

/** A company's directory took a person's access away. On the results' topic, so that it keeps its order among them. */
export const userDeprovisioned = defineEvent({
  type: 'user.deprovisioned',
  topic: linkResult.topic,
  version: 1,
  schema: Type.Object(
    {
      sso_identity_id: Uuid('The SSO identity that may not sign in from now on'),
      user_id: Type.Union([Type.String(), Type.Null()], {
        description: 'The user that it is linked to; null where it is not linked',
      }),
      company_id: Uuid('The company'),
      company: Company,
      cause: Type.Enum([...DEPROVISIONED_CAUSES], { description: 'What the directory said' }),
      at: Timestamp('When'),
    },
    { additionalProperties: false, description: "A company's directory took a person's access away" },
  ),
});

export type UserDeprovisioned = Static<typeof userDeprovisioned.schema>;
