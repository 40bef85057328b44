/** What is true of an SSO identity. Values are only added: readers are open. */
export const IDENTITY_STATES = ['linked', 'unlinked', 'refused', 'pending'] as const;
/** What is true of a company's sign-in by SSO. Values are only added: readers are open. */
export const SSO_STATES = ['off', 'draft', 'active'] as const;

export type IdentityStateName = (typeof IDENTITY_STATES)[number];
export type SsoStateName = (typeof SSO_STATES)[number];
