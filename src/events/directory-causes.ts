/** Why a company's directory took a person's access away. Values are only added: readers are open. */
export const DEPROVISIONED_CAUSES = ['directory_inactive', 'directory_deleted'] as const;

export type DeprovisionedCause = (typeof DEPROVISIONED_CAUSES)[number];
