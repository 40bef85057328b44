/** The associated data of a session's sealed tokens. */
export const sessionAssociatedData = (id: string, column: 'refresh_token' | 'id_token'): string =>
  `sessions:${id}:${column}`;
