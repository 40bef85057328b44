/** The routes of a setup link as others see them. All that goes wrong is a page that says what to do. */
import { Type } from 'typebox';
import { json, page, type RouteSchema, redirect } from '../http/route-schema.ts';

const text = (maxLength: number) => Type.String({ maxLength });
const tags: RouteSchema['tags'] = ['setup'];
const opened = [{ setup: [] }];
const refused = {
  400: page('The form is malformed'),
  403: page('Another site’s form, or none that this browser was given'),
  404: page('No link has this token'),
  410: page('The link has expired, was revoked or is fulfilled; or no link is open in this browser'),
  429: page('More requests than allowed; `Retry-After` says when'),
  503: page('The database is out of reach: try again'),
};
const step = {
  ...refused,
  200: page('The steps; a problem stands in its own'),
  303: redirect('To `/setup`'),
};

export const Token = Type.Object({ token: text(200) });

export const SHOW_LINK: RouteSchema = {
  operationId: 'showSetupLink',
  summary: 'What a setup link leads to',
  description: 'Changes nothing: programs that scan mail open links.',
  tags,
  security: [],
  params: Token,
  response: { ...refused, 200: page('The page, with a button') },
};
export const OPEN_LINK: RouteSchema = {
  operationId: 'openSetupLink',
  summary: 'Opens a setup link in this browser, for eight hours',
  tags,
  security: [],
  params: Token,
  response: { ...refused, 303: redirect('To `/setup`') },
};
export const SHOW_SETUP: RouteSchema = {
  operationId: 'showSetup',
  summary: 'The steps, each with its state',
  tags,
  security: opened,
  response: { ...refused, 200: page('The page') },
};
export const SHOW_PEOPLE: RouteSchema = {
  operationId: 'showSetupPeople',
  summary: 'Who will be linked: counts, and addresses within the proven domains',
  tags,
  security: opened,
  response: { ...refused, 200: page('The page') },
};

const csrf = text(100);
const form = <T extends Parameters<typeof Type.Object>[0]>(fields: T) =>
  Type.Object({ csrf: Type.Optional(csrf), ...fields });

export const DomainForm = form({ domain: text(300) });
export const ClientForm = form({ client_id: text(1_000), client_secret: text(2_000) });
export const SecretForm = form({ client_secret: text(2_000) });
export const EnableForm = form({ client: text(36), version: text(10) });
export const EmptyForm = form({});

const post = (operationId: string, summary: string, body: RouteSchema['body']): RouteSchema => ({
  ...{ operationId, summary, tags, security: opened, body },
  response: step,
});

export const ADD_DOMAIN = post('addSetupDomain', 'Adds a domain that a TXT record is to prove', DomainForm);
export const CHECK_DOMAIN = post('checkSetupDomain', 'Asks DNS for the record of a domain', DomainForm);
export const FORGET_DOMAIN = post('forgetSetupDomain', 'Removes a domain that is not proven', DomainForm);
export const SAVE_CLIENT = post(
  'saveSetupClient',
  'Checks the Client ID and Client Secret at JumpCloud and saves them as a draft',
  ClientForm,
);
export const SAVE_SECRET = post(
  'saveSetupSecret',
  'Checks a new Client Secret of the same Client ID at JumpCloud and saves it',
  SecretForm,
);
export const ENABLE = post('enableSso', 'Lets the people of the company sign in', EnableForm);
export const DISABLE = post('disableSso', 'Ends what this browser enabled', EmptyForm);
export const REFRESH: RouteSchema = {
  ...{ operationId: 'refreshSetup', tags, security: opened, body: EmptyForm },
  summary: 'Asks DNS for the records that are awaited, for the script of the page',
  response: {
    ...refused,
    200: json('A value that changes with what the page shows', Type.Object({ state: Type.String() })),
  },
};
