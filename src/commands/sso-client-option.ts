import { Option } from 'commander';

/** Names an SSO client of the company. */
export function ssoClientOption(): Option {
  return new Option('--sso-client <id>', 'this SSO client of the company, as `client list` names it');
}
