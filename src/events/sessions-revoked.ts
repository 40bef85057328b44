import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Timestamp, Uuid } from './fields.ts';
import { linkResult } from './link-result.ts';

/** Sessions were ended by an operator or an API key: of one person, or of all people of a company. */
export const sessionsRevoked = defineEvent({
  type: 'user.sessions_revoked',
  topic: linkResult.topic,
  version: 1,
  schema: Type.Object(
    {
      sso_identity_id: Type.Union([Uuid('An SSO identity'), Type.Null()], {
        description: 'Whose sessions ended; null where those of all people of the company ended',
      }),
      user_id: Type.Union([Type.String(), Type.Null()], {
        description: 'The user that the SSO identity is linked to; null where there is none',
      }),
      company_id: Uuid('The company'),
      by: Type.String({ description: 'Who ended them: `operator:<name>` or `key:<name>`' }),
      at: Timestamp('When. Sessions that began later are not ended'),
    },
    { additionalProperties: false, description: 'Sessions ended: end your own sessions of the person' },
  ),
});

export type SessionsRevoked = Static<typeof sessionsRevoked.schema>;
