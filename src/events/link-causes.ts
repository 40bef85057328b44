/** Why a link was made or removed outside of a login's decision. Values are only added: readers are open. */
export const LINKED_CAUSES = ['operator', 'api', 'merge', 'redo'] as const;
export const LINK_REMOVED_CAUSES = ['operator', 'api', 'merge', 'undo', 'erasure'] as const;

export type LinkedCause = (typeof LINKED_CAUSES)[number];
export type LinkRemovedCause = (typeof LINK_REMOVED_CAUSES)[number];

/** The cause of a change that an actor made by hand: `key:<name>` is an API key, any other actor an operator. */
export function causeOf(actor: string): 'operator' | 'api' {
  return actor.startsWith('key:') ? 'api' : 'operator';
}
