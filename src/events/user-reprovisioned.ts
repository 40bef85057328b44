import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Company, Timestamp, Uuid } from './fields.ts';
import { linkResult } from './link-result.ts';

/** A company's directory no longer blocks a person. On the results' topic, so that it keeps its order among them. */
export const userReprovisioned = defineEvent({
  type: 'user.reprovisioned',
  topic: linkResult.topic,
  version: 1,
  schema: Type.Object(
    {
      sso_identity_id: Uuid('The SSO identity that the directory no longer blocks'),
      user_id: Type.Union([Type.String(), Type.Null()], {
        description: 'The user that it is linked to; null where it is not linked',
      }),
      company_id: Uuid('The company'),
      company: Company,
      at: Timestamp('When'),
    },
    {
      additionalProperties: false,
      description: "A company's directory no longer blocks a person. It ends no suspension.",
    },
  ),
});

export type UserReprovisioned = Static<typeof userReprovisioned.schema>;
