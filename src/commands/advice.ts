/** What an operator can do about an error, by its code. Use cases state facts; the commands that help stand here alone. */
import { DATABASE_ADVICE } from '../db/advice.ts';

/** What an operator can do about errors of the database and the system, by their code. */
export const ADVICE: Record<string, string> = {
  ...DATABASE_ADVICE,
  EADDRINUSE: 'HOST and PORT are taken by another process',
  EADDRNOTAVAIL: 'HOST is no address of this machine',
  EACCES: 'the system refuses the right to do that, to listen on PORT say',
};

const REMOVE_FIRST = ({ identity }: Facts) => `run \`links remove ${identity}\` first`;

type Facts = Record<string, string>;

/** The command that helps, after the sentence of one of our own errors. */
export const COMMANDS: Record<string, (facts: Facts) => string | undefined> = {
  company_not_found: () => '`company list` shows them',
  company_without_domain: () => 'run `domain add` first, or activate it with --allow-no-domain',
  api_key_not_found: () => '`api-keys list` shows them',
  api_key_exists: ({ name }) => name && `run \`api-keys revoke ${name}\` first, or choose another name`,
  challenge_not_found: () => '`domain challenge` requests it',
  setup_link_not_found: () => '`setup list` shows them',
  client_active: () => 'use --for secret or --for replace',
  client_still_active: () => 'run `client disable` first',
  late_match_not_found: () => '`late-matches list` shows them',
  client_not_active: () => 'use --for setup',
  client_not_found: ({ company }) => company && `\`client list ${company}\` shows them`,
  client_secrets_exhausted: ({ company }) => company && `\`client secret list ${company}\` shows them`,
  client_secret_not_found: ({ company }) => company && `\`client secret list ${company}\` shows them`,
  client_secret_last: ({ company }) => company && `\`client secret add ${company}\` adds another one`,
  client_draft_exists: () => 'change it with `client update`, or activate it',
  client_region_ambiguous: () => 'give --region',
  client_check_failed: () => 'try again, give its --region, or --no-check',
  region_missing: () => 'with --no-check give --region, too',
  domain_taken: ({ domain, company }) => domain && `\`domain move ${company} ${domain}\` moves it`,
  domain_not_found: () => '`domain add` adds it to one',
  directory_tokens_exhausted: () => '`directory token list` shows them',
  directory_token_not_found: () => '`directory token list` shows them',
  directory_user_not_found: ({ company }) => company && `\`directory users ${company}\` shows them`,
  identity_not_found: () => '`results list` shows them',
  identity_linked: REMOVE_FIRST,
  user_has_identity: REMOVE_FIRST,
  other_company: (facts) =>
    facts.identity ? REMOVE_FIRST(facts) : 'the product moves users between companies',
};
