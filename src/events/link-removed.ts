import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Company, Timestamp, Uuid } from './fields.ts';
import { LINK_REMOVED_CAUSES } from './link-causes.ts';
import { linkResult } from './link-result.ts';

/** A link was removed. On the results' topic, so that it keeps its order among them. */
export const linkRemoved = defineEvent({
  type: 'user.link_removed',
  topic: linkResult.topic,
  version: 1,
  schema: Type.Object(
    {
      sso_identity_id: Uuid('The SSO identity that is linked to nobody from now on'),
      company_id: Uuid('The company'),
      company: Company,
      user_id: Type.String({ description: 'The user that it was linked to' }),
      removed_by: Type.String({ description: 'Who removed it: `operator:<name>` or `key:<name>`' }),
      removed_at: Timestamp('When'),
      cause: Type.Optional(
        Type.Enum([...LINK_REMOVED_CAUSES], {
          description: 'What removed it; absent in events of earlier versions',
        }),
      ),
      batch: Type.Optional(Uuid('The batch of an undo; absent where one link was removed')),
    },
    { additionalProperties: false, description: 'A link was removed' },
  ),
});

export type LinkRemoved = Static<typeof linkRemoved.schema>;
