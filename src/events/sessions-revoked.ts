import { type Static, Type } from 'typebox';
import { defineEvent } from './event.ts';
import { Company, Timestamp, Uuid } from './fields.ts';
import { linkResult } from './link-result.ts';

/** What ended sessions. Values are only added: readers are open. */
export const SESSIONS_REVOKED_CAUSES = ['operator', 'api', 'person', 'provider'] as const;

export type SessionsRevokedCause = (typeof SESSIONS_REVOKED_CAUSES)[number];

/** The cause, by the form of the actor's name. Any other actor is an operator. */
export function sessionsRevokedCause(actor: string): SessionsRevokedCause {
  if (actor.startsWith('key:')) return 'api';
  if (actor.startsWith('user:')) return 'person';
  return actor.startsWith('provider:') ? 'provider' : 'operator';
}

/** Sessions were ended at once: of one person, or of all people of a company. */
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
      company: Company,
      by: Type.String({
        description:
          'Who ended them: `operator:<name>`, `key:<name>`, `user:<id>` (the person) or `provider:<region>` (a back-channel logout)',
      }),
      cause: Type.Optional(
        Type.Enum([...SESSIONS_REVOKED_CAUSES], {
          description: 'What ended them; absent in events of earlier versions',
        }),
      ),
      at: Timestamp('When. Sessions that began later are not ended'),
    },
    { additionalProperties: false, description: 'Sessions ended: end your own sessions of the person' },
  ),
});

export type SessionsRevoked = Static<typeof sessionsRevoked.schema>;
