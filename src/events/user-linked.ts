import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Company, Timestamp, Uuid } from './fields.ts';
import { LINKED_CAUSES } from './link-causes.ts';
import { linkResult } from './link-result.ts';

/** A link that was not made by a login's decision. On the results' topic, so that it keeps its order among them. */
export const userLinked = defineEvent({
  type: 'user.linked',
  topic: linkResult.topic,
  version: 1,
  schema: Type.Object(
    {
      sso_identity_id: Uuid('The SSO identity that is linked from now on'),
      company_id: Uuid('The company'),
      company: Company,
      user_id: Type.String({ description: 'The user that it is linked to' }),
      previous_user_id: Type.Union([Type.String(), Type.Null()], {
        description: 'The user that it was linked to until then; null where it was not linked',
      }),
      cause: Type.Enum([...LINKED_CAUSES], { description: 'What made the link' }),
      by: Type.String({ description: 'Who made it: `operator:<name>` or `key:<name>`' }),
      at: Timestamp('When'),
      batch: Type.Optional(Uuid('The batch of a redo; absent where one link was made')),
    },
    { additionalProperties: false, description: 'A link was made outside of a login' },
  ),
});

export type UserLinked = Static<typeof userLinked.schema>;
