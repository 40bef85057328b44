import type { LinkResult } from '../events/link-result.ts';
import type { IdentityStateName } from '../events/state-names.ts';
import type { KnownIdentity } from './chunk-facts.ts';

/**
 * What is true of an SSO identity after a login was decided. A refusal changes nothing of an identity that is linked: its
 * user is suspended, say, and the link stays.
 */
export function stateAfter(
  { state, userId }: Pick<KnownIdentity, 'state' | 'userId'>,
  { user_id: linkedTo, reason }: Pick<LinkResult, 'user_id' | 'reason'>,
): IdentityStateName | null {
  if (linkedTo !== null) return 'linked';
  if (userId !== null) return state;
  return reason === 'link_removed' ? 'unlinked' : 'refused';
}
