/** The associated data of a session's sealed tokens. */
export const sessionSeal = (id: string, column: 'refresh_token' | 'id_token'): string =>
  `sessions:${id}:${column}`;
