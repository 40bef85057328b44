import { SsoLinkError } from '../errors.ts';

/**
 * What a key may do, per resource of the administrative API. `:write` does not include `:read`. Resources that
 * nothing changes through the API have no `:write`, and the import has no `:read`.
 */
export const SCOPES = [
  ...['companies:read', 'companies:write', 'domains:read', 'domains:write'],
  ...[
    'clients:read',
    'clients:write',
    'setup_links:read',
    'setup_links:write',
    'users:read',
    'users:write',
    'accounts:write',
  ],
  ...['identities:read', 'identities:write', 'late_matches:read', 'late_matches:write'],
  ...['directory:read', 'directory:write'],
  ...['sessions:read', 'sessions:write', 'preview:read', 'results:read', 'events:write', 'audit:read'],
];

/**
 * The scopes sorted, each once.
 * @throws SsoLinkError `scope_missing` without one, `scope_unknown`
 */
export function readScopes(given: string[]): string[] {
  if (given.length === 0) throw new SsoLinkError('scope_missing', 'a key needs at least one scope');
  const unknown = given.find((scope) => !SCOPES.includes(scope));
  if (unknown !== undefined) {
    throw new SsoLinkError(
      'scope_unknown',
      `'${unknown}' is not a scope; the scopes are ${SCOPES.join(', ')}`,
    );
  }
  return [...new Set(given)].sort();
}
