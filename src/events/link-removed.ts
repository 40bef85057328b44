import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Timestamp, Uuid } from './fields.ts';
import { linkResult } from './link-result.ts';

/** An operator removed a link. On the results' topic, so that it keeps its order among them. */
export const linkRemoved = defineEvent({
  type: 'user.link_removed',
  topic: linkResult.topic,
  version: 1,
  schema: Type.Object(
    {
      sso_identity_id: Uuid('The SSO identity that is linked to nobody from now on'),
      company_id: Uuid('The company'),
      user_id: Type.String({ description: 'The user that it was linked to' }),
      removed_by: Type.String({ description: 'Who removed it: `operator:<name>`' }),
      removed_at: Timestamp('When'),
    },
    { additionalProperties: false, description: 'An operator removed a link' },
  ),
});

export type LinkRemoved = Static<typeof linkRemoved.schema>;
