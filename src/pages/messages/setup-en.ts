/** For the admin who enables SSO by a setup link. Labels of JumpCloud's console stay as they are there. */
export const setupEn = {
  title: {
    setup: (company: string) => `Set up single sign-on for ${company}`,
    secret: (company: string) => `New Client Secret for ${company}`,
    replace: (company: string) => `Replace the JumpCloud application of ${company}`,
  },
  open: {
    text: (product: string) =>
      `This link connects JumpCloud to ${product}. It is for the person who administers JumpCloud in your company.`,
    care: (until: string) =>
      `Anyone who has the link can use it, so don’t pass it on. It is valid until ${until}.`,
    button: 'Begin',
  },
  intro: 'The steps can be done in any order, and on another day: open the same link again.',
  introReplace:
    'Until the last step nothing changes: your people sign in as before. First a domain of yours has to show a new DNS record.',
  state: { done: 'Done', todo: 'To do', waiting: 'Waiting' },
  updated: 'The page was updated.',
  steps: {
    jumpcloud: 'Create the application in JumpCloud',
    domains: 'Prove your domain',
    client: 'Client ID and Client Secret',
    secret: 'The new Client Secret',
    test: 'Test the sign-in',
    people: 'Who will be linked',
    enable: 'Enable single sign-on',
  },
  jumpcloud: {
    portal:
      'Sign in to the JumpCloud Admin Portal, open “SSO Applications” and click “+ Add New Application”.',
    custom: 'Select “Custom Application” and click “Next”.',
    features:
      'Select “Manage Single Sign-On (SSO)”, then “Configure SSO with OIDC”. JumpCloud preselects SAML, so check this. Click “Next”.',
    label: 'Display Label',
    portalTile: 'Select “Show application in User Portal”, then click “Next” and “Configure Application”.',
    logo: 'Picture for “User Portal Image”',
    grant: 'Under “Grant type” select “Refresh Token”.',
    redirect: 'Redirect URI',
    authentication: 'Client Authentication Type',
    login: 'Login URL',
    scopes: 'Under “Attribute Mapping”, enable the Standard Scopes “Email” and “Profile”.',
    activate: 'Click “Activate”. “Save” is not enough.',
    copyBoth:
      'JumpCloud shows the Client ID and the Client Secret once. Keep the window open until you have pasted both below.',
    groups: 'In the tab “User Groups” assign everyone who may sign in, yourself included.',
  },
  domains: {
    intro:
      'People are recognized by their work email, so its domain has to be yours. A subdomain counts as a domain of its own.',
    introReplace: 'Publish the new record for one of these domains. Records of earlier proofs do not count.',
    none: 'No domain can be proven by this link. Ask for help.',
    label: 'Domain',
    add: 'Add domain',
    proven: (domain: string) => `${domain} is proven.`,
    publish: (domain: string) => `At the DNS provider of ${domain} add this TXT record:`,
    name: 'Name',
    type: 'Type',
    value: 'Value',
    stays: 'The value stays the same. DNS can take from minutes to hours to show it.',
    check: 'Check now',
    forget: 'Remove this domain',
    answers: {
      no_record: 'DNS does not show the record yet.',
      other_value: (shown: string) => `DNS shows another value: ${shown}. Replace it by the value above.`,
      no_such_domain: 'DNS knows no such domain. Check the spelling.',
      dns_unreachable: 'DNS gave no answer. Try again in a minute.',
      verified: 'DNS shows the record.',
    },
  },
  client: {
    intro:
      'Paste both from JumpCloud. They are checked at JumpCloud before they are saved; the secret is stored encrypted and never shown again.',
    secretIntro:
      'In JumpCloud open the application with this Client ID, and on the tab “SSO” create a new Client Secret. Paste it here at once: the old one no longer works.',
    afterProof: 'This step opens when DNS shows the new record.',
    id: 'Client ID',
    secret: 'Client Secret',
    save: 'Check and save',
    saved: (clientId: string, region: string) => `Saved: Client ID ${clientId}, region ${region}.`,
    again: 'To change them, paste both again. A new test is needed then.',
  },
  test: {
    intro: 'Sign in at JumpCloud once. Nobody is signed in here by it, and nothing changes for others.',
    start: 'Start the test',
    afterClient: 'This step opens when the Client ID and Client Secret are saved.',
    passed: (at: string) => `The test passed on ${at}. It counts for 24 hours.`,
    old: 'A test passed more than 24 hours ago. Test again.',
    failed: (at: string) => `The last test, on ${at}, did not pass:`,
    email: 'An email came',
    verified: 'JumpCloud confirms the email',
    domain: 'The email’s domain is proven',
    refresh: '“Refresh Token” is selected under “Grant type”',
    back: 'Back to the setup',
  },
  people: {
    intro: 'See what will happen to the people who already have an account.',
    show: 'Show who will be linked',
    afterProof: 'This step opens when a domain is proven.',
    title: 'Who will be linked',
    groups: {
      existing: 'Sign in to the account they have',
      new: 'Get a new account',
      attention: 'Need attention: ask for help with these',
    },
    more: (count: number) => `and ${count} more`,
    nobody: 'None',
    notFound: (count: number) =>
      `Users of your company whom no email in a proven domain finds: ${count}. They keep their account and cannot sign in by JumpCloud with it.`,
    back: 'Back to the setup',
  },
  enable: {
    intro: 'From then on everyone whom you assigned in JumpCloud can sign in. Other ways to sign in stay.',
    introReplace: 'From then on people sign in by the new application. The old one no longer works.',
    missing: {
      domain: 'A proven domain is missing.',
      client: 'Client ID and Client Secret are missing.',
      test: 'A passed test of the last 24 hours is missing.',
    },
    button: 'Enable',
  },
  done: {
    enabled: (company: string) => `Single sign-on is enabled for ${company}.`,
    secret: 'The new Client Secret works and is in use.',
    disabled: (company: string) =>
      `Single sign-on is disabled for ${company}. To enable it again, ask for a new link.`,
    preview: 'This is what your people see:',
    colleagues: 'A text for your colleagues',
    message: (product: string, url: string) =>
      `You can now sign in to ${product} with JumpCloud: open ${url} and choose “Continue with JumpCloud”. If you signed in with Google or GitHub before, you keep your account.`,
    disable: 'Disable single sign-on',
    disableText: 'Everyone who signed in by JumpCloud is signed out. Accounts and links stay.',
    closed: 'This link has done its work and can’t be opened again.',
  },
  errors: {
    domain_invalid: 'That is no domain. Type only what follows the @, like example.com.',
    domain_public_suffix:
      'Anyone can register below this name, so it can’t be yours alone. Type your own domain.',
    domain_freemail: 'That is a public email provider. Type your company’s own domain.',
    domain_taken: 'This domain is already in use elsewhere. Ask for help.',
    challenge_not_found: 'This domain is no longer on the list. Add it again.',
    setup_domain_limit: 'Too many domains wait for their record. Remove one first.',
    setup_domain_fixed: 'This link can’t add a domain. Ask for help.',
    client_id_invalid: 'Paste the Client ID as JumpCloud shows it.',
    client_secret_invalid: 'Paste the Client Secret alone, on one line.',
    client_credential_wrong:
      'JumpCloud refuses them. Check two things: the Client Secret is complete and belongs to this Client ID; the Client Authentication Type is “Client Secret Post”. Then click “Activate” in JumpCloud again.',
    client_check_failed: 'JumpCloud could not be asked. Nothing was saved. Try again in a minute.',
    client_region_ambiguous: 'Several JumpCloud regions know this Client ID. Ask for help.',
    client_taken: 'This Client ID is already in use. Create an application of its own in JumpCloud.',
    client_same: 'This Client ID is the one in use. For a new secret ask for another link.',
    client_changed: 'Someone else changed this meanwhile. Look at the steps again.',
    setup_proof_missing: 'Prove a domain first.',
    setup_test_missing:
      'Test the sign-in first. A test counts for 24 hours and for the saved Client ID and Client Secret.',
  },
};

type Widened<T> = T extends (...args: infer A) => string
  ? (...args: A) => string
  : T extends string
    ? string
    : { [K in keyof T]: Widened<T[K]> };

/** What each language has to say. */
export type SetupMessages = Widened<typeof setupEn>;
