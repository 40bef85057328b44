/**
 * Whether a directory blocked unusually many people within an hour: more than 30 % and more than 10 of those that it
 * has to do with. It is applied, and an alert asks a person to look. An SQL aggregate over rows of
 * `sso_identities` that have a directory state.
 */
export const massChangeCondition = `
  count(*) FILTER (WHERE directory_state = 'inactive' AND directory_state_at > now() - interval '1 hour')
    > greatest(10, 0.3 * count(*))`;
