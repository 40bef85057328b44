import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Timestamp, Uuid } from './fields.ts';
import { IDENTITY_STATES } from './state-names.ts';

/**
 * The state of an SSO identity, again with each change. The topic is compacted: it keeps the last one of each, and a
 * record without a value once the identity is erased or deleted.
 */
export const identityState = defineEvent({
  type: 'identity.state',
  topic: 'sso.identities',
  version: 1,
  isDeletable: true,
  schema: Type.Object(
    {
      sso_identity_id: Uuid('The SSO identity, as in the key'),
      company_id: Uuid('Its company'),
      company: Type.String({ description: "The company's slug" }),
      user_id: Type.Union([Type.String(), Type.Null()], {
        description:
          'The user that it is linked to; with `refused`, a link that is kept while the directory blocks the person',
      }),
      state: Type.Enum([...IDENTITY_STATES], {
        description:
          '`linked`: the person signs in as `user_id`. `refused`: the last sign-in gave no user, or the directory blocks the person. `unlinked`: the link was removed and waits for an approval. `pending`: the next sign-in decides',
      }),
      sequence: Type.Integer({
        description:
          'Increases with each change of the identity, as `ce_sequence` does; the same where a state is published again',
      }),
      at: Timestamp('When it became true'),
    },
    {
      additionalProperties: false,
      description: 'The state of an SSO identity, again with each change. No value: it is erased or deleted',
    },
  ),
});

export type IdentityState = Static<typeof identityState.schema>;
