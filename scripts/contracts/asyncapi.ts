/** docs/asyncapi.yaml: topics, keys, headers, events and examples, from src/events/. */
import { stringify } from 'yaml';
import { AccountChanged } from '../../src/accounts/change-schema.ts';
import type { EVENTS } from '../../src/events/catalog.ts';
import { companySsoChanged } from '../../src/events/company-sso-changed.ts';
import type { OutgoingEvent } from '../../src/events/event.ts';
import { identityState } from '../../src/events/identity-state.ts';
import { userLateMatch } from '../../src/events/late-match.ts';
import { linkRemoved } from '../../src/events/link-removed.ts';
import { linkResult } from '../../src/events/link-result.ts';
import { PARTITIONS } from '../../src/events/partitions.ts';
import { sequenceText } from '../../src/events/sequence.ts';
import { sessionsRevoked } from '../../src/events/sessions-revoked.ts';
import { ssoAuthenticated } from '../../src/events/sso-authenticated.ts';
import { ACCOUNT_CHANGED_TOPIC, DEAD_LETTER_TOPIC } from '../../src/events/topics.ts';
import { userDeprovisioned } from '../../src/events/user-deprovisioned.ts';
import { userErased } from '../../src/events/user-erased.ts';
import { userLinked } from '../../src/events/user-linked.ts';
import { userReprovisioned } from '../../src/events/user-reprovisioned.ts';
import {
  AUTHENTICATED,
  DEPROVISIONED,
  ERASED,
  LATE_MATCH,
  LINKED,
  REMOVED,
  REPROVISIONED,
  RESULTS,
  REVOKED,
  SSO_CHANGED,
  STATE,
} from './examples.ts';
import { SCHEMAS } from './schemas.ts';
import { withTypeLists } from './type-lists.ts';
import { VERSION } from './version.ts';

const ref = (path: string) => ({ $ref: `#/${path}` });
const schemaOf = (name: string) => ref(`components/schemas/${name}`);
const messageOf = (topic: string, type: string) => ref(`channels/${channelKey(topic)}/messages/${type}`);

/** A channel's key in the document. Generators name models by keys: no channel has the name of a schema. */
const channelKey = (topic: string) =>
  `${topic.replace(/^(user|sso)\./, '').replace(/[._](\w)/g, (_, letter: string) => letter.toUpperCase())}Topic`;

/** The schemas of `schemas/` without the keywords of a separate file, and in the form that generators read. */
const schemas = Object.fromEntries(
  SCHEMAS.map(({ file, schema: { $schema, $id, ...rest } }) => [
    file.replace('.v1.json', ''),
    { ...(withTypeLists(rest) as typeof rest), 'x-id': $id },
  ]),
);

const example = (name: string, summary: string, event: OutgoingEvent) => ({
  name,
  summary,
  headers: { ...event.headers, ce_sequence: sequenceText('4711') },
  payload: JSON.parse(String(event.payload)),
});

const subject = AUTHENTICATED.sso_identity_id;
const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
const about = (id: string, source: string, time: string) => ({
  id,
  source: `urn:sso-link:${source}`,
  time: new Date(time),
  subject,
});

const examples = {
  [ssoAuthenticated.type]: [
    example(
      'first_login',
      'Ada of Acme signs in for the first time',
      ssoAuthenticated.create(
        { ...about(AUTHENTICATED.login_id, 'server', AUTHENTICATED.authenticated_at), trace },
        AUTHENTICATED,
      ),
    ),
  ],
  [linkResult.type]: Object.entries(RESULTS).map(([outcome, data], i) =>
    example(
      outcome,
      `Decided by row ${data.evidence.rule} of the policy`,
      linkResult.create(
        { ...about(`019a3c1e-7db8-7c31-9e02-5f8d1a6b40c${i}`, 'worker', data.decided_at), trace },
        data,
      ),
    ),
  ),
  [linkRemoved.type]: [
    example(
      'removed',
      'An operator removed the link',
      linkRemoved.create(
        about('019a3c39-f490-7b6e-8a17-c04d9e2f75b1', 'operator', REMOVED.removed_at),
        REMOVED,
      ),
    ),
  ],
  [userLinked.type]: [
    example(
      'linked',
      'An operator linked the person to another user',
      userLinked.create(about('019a3c3e-8870-7d15-b2a6-4e7f90c1d583', 'operator', LINKED.at), LINKED),
    ),
  ],
  [userErased.type]: [
    example(
      'erased',
      'The user was erased',
      userErased.create(about('019a3c70-dc80-7f42-93b8-61a5e2d4c097', 'accounts', ERASED.at), ERASED),
    ),
  ],
  [userDeprovisioned.type]: [
    example(
      'deprovisioned',
      'The person was made inactive in the directory',
      userDeprovisioned.create(
        about('019a3c80-1b20-7c31-8f6a-2d94e0a7b513', 'directory', DEPROVISIONED.at),
        DEPROVISIONED,
      ),
    ),
  ],
  [userReprovisioned.type]: [
    example(
      'reprovisioned',
      'The person is active in the directory again',
      userReprovisioned.create(
        about('019a3c90-5e44-7d02-b1c8-73f5a9206e4d', 'directory', REPROVISIONED.at),
        REPROVISIONED,
      ),
    ),
  ],
  [userLateMatch.type]: [
    example(
      'found',
      'Ada signed in and got a new user; her Google account came later',
      userLateMatch.create(
        about('019a3cd7-1a40-7b93-a6f2-50c8e17d4b60', 'accounts', LATE_MATCH.found_at),
        LATE_MATCH,
      ),
    ),
  ],
  [sessionsRevoked.type]: [
    example(
      'revoked',
      'An operator ended the sessions of a person',
      sessionsRevoked.create(about('019a3ca0-77b2-7e45-9c13-08d6f4a1b92e', 'operator', REVOKED.at), REVOKED),
    ),
  ],
  [identityState.type]: [
    example(
      'linked',
      'The person signs in as a user from now on',
      identityState.create(about('019a3c1e-7db9-7a20-8b44-91c7d0e5f638', 'worker', STATE.at), STATE),
    ),
  ],
  [companySsoChanged.type]: [
    example(
      'active',
      "A company's SSO client was activated",
      companySsoChanged.create(
        {
          ...about('019a3b94-0d61-7c58-a9f3-7b20e4c6d185', 'operator', SSO_CHANGED.at),
          subject: SSO_CHANGED.company_id,
        },
        SSO_CHANGED,
      ),
    ),
  ],
};

const KEY = {
  type: 'string',
  format: 'uuid',
  description: "The SSO identity's id, so that a person's events keep their order. Never an email",
};

const COMPANY_KEY = { type: 'string', format: 'uuid', description: "The company's id" };

const message = ({ type, schema }: (typeof EVENTS)[number]) => ({
  name: type,
  title: type,
  summary: (schema as { description?: string }).description,
  contentType: 'application/json',
  headers: schemaOf('headers'),
  payload: schemaOf(type),
  bindings: { kafka: { key: type === companySsoChanged.type ? COMPANY_KEY : KEY, bindingVersion: '0.5.0' } },
  examples: examples[type],
});

const deadLetter = {
  name: 'dead_letter',
  title: 'A dead letter',
  summary: 'The bytes, key and headers as they came; more headers say why it was put aside and from where',
  contentType: 'application/octet-stream',
  headers: schemaOf('dead-letter-headers'),
  payload: { description: 'Whatever it was: it may be no JSON, or nothing' },
  bindings: { kafka: { bindingVersion: '0.5.0' } },
};

const accountChanged = {
  name: ACCOUNT_CHANGED_TOPIC,
  title: ACCOUNT_CHANGED_TOPIC,
  summary: (AccountChanged as { description?: string }).description,
  contentType: 'application/json',
  payload: schemaOf(ACCOUNT_CHANGED_TOPIC),
  bindings: {
    kafka: {
      key: {
        type: 'string',
        description: "The product's id of the user: the changes of a user keep their order",
      },
      bindingVersion: '0.5.0',
    },
  },
  examples: [
    {
      name: 'changed',
      summary: 'Ada of Acme changed her Google account',
      payload: {
        ...{ user_id: 'user-1', company: 'acme', name: 'Ada', status: 'active' },
        ...{ provider: 'google', provider_user_id: '108177' },
        ...{ email: 'ada@acme.example', email_verified: true, changed_at: '2026-11-27T08:30:00.123456Z' },
      },
    },
    {
      name: 'removed',
      summary: 'A person disconnected a GitHub account',
      payload: {
        ...{ provider: 'github', provider_user_id: '583231', removed: true },
        changed_at: '2026-11-27T08:31:00Z',
      },
    },
    {
      name: 'deleted',
      summary: 'A user was deleted: their data are erased here, too',
      payload: { user_id: 'user-1', status: 'deleted', changed_at: '2026-11-27T08:32:00Z' },
    },
  ],
};

/** A topic that keeps the last record of each key. */
const COMPACTED = { topicConfiguration: { 'cleanup.policy': ['compact'] } };

const channel = (topic: string, description: string, messages: string[], binding: object = {}) => ({
  address: topic,
  description,
  messages: Object.fromEntries(messages.map((name) => [name, ref(`components/messages/${name}`)])),
  bindings: { kafka: { partitions: PARTITIONS, ...binding, bindingVersion: '0.5.0' } },
});

const operation = (action: 'send' | 'receive', topic: string, messages: string[], summary: string) => ({
  action,
  channel: ref(`channels/${channelKey(topic)}`),
  summary,
  messages: messages.map((name) => messageOf(topic, name)),
});

const RESULT_TYPES = [
  ...[linkResult.type, linkRemoved.type, userLinked.type, userErased.type],
  ...[userDeprovisioned.type, userReprovisioned.type, sessionsRevoked.type, userLateMatch.type],
];

const document = {
  asyncapi: '3.0.0',
  info: {
    title: 'SSO Link',
    version: VERSION,
    description: [
      'What SSO Link tells other services over Kafka. Written for whoever consumes it in docs/events.md.',
      '`KAFKA_TOPIC_PREFIX`, where it is set, stands before every address. Delivery is at least once.',
      'Metadata travels as CloudEvents 1.0 headers (binary mode), the value is the data alone.',
      'Readers are open: fields and words are added within a version. Made from src/events/ by `npm run docs`.',
    ].join('\n'),
    license: { name: 'Apache-2.0' },
  },
  defaultContentType: 'application/json',
  servers: {
    kafka: {
      host: '{broker}',
      protocol: 'kafka',
      description: 'The brokers of `KAFKA_BROKERS`',
      variables: { broker: { default: 'localhost:9092', description: 'One of `KAFKA_BROKERS`' } },
    },
  },
  channels: {
    [channelKey(ssoAuthenticated.topic)]: channel(
      ssoAuthenticated.topic,
      'Every login by SSO. Holds personal data: email, name, groups, subject.',
      [ssoAuthenticated.type],
    ),
    [channelKey(linkResult.topic)]: channel(
      linkResult.topic,
      'What was decided for every login, and every other change of a link, in the order of their SSO identity.',
      RESULT_TYPES,
    ),
    [channelKey(identityState.topic)]: channel(
      identityState.topic,
      'The state of every SSO identity that was decided: compacted. Ids alone. Without a value: erased or deleted.',
      [identityState.type],
      COMPACTED,
    ),
    [channelKey(companySsoChanged.topic)]: channel(
      companySsoChanged.topic,
      "The state of every company's sign-in: compacted.",
      [companySsoChanged.type],
      COMPACTED,
    ),
    [channelKey(DEAD_LETTER_TOPIC)]: channel(
      DEAD_LETTER_TOPIC,
      'Records of user.sso_authenticated and user.account_changed that the worker could not understand. For operators.',
      ['dead_letter'],
    ),
    [channelKey(ACCOUNT_CHANGED_TOPIC)]: channel(
      ACCOUNT_CHANGED_TOPIC,
      'Changes of users and social accounts, written by the product (docs/mirroring.md). Holds personal data: email, name.',
      [ACCOUNT_CHANGED_TOPIC],
    ),
  },
  operations: {
    publishLogins: operation(
      'send',
      ssoAuthenticated.topic,
      [ssoAuthenticated.type],
      'Server and relay: a person signed in',
    ),
    decideLogins: operation(
      'receive',
      ssoAuthenticated.topic,
      [ssoAuthenticated.type],
      'Worker: decides each login once',
    ),
    publishResults: operation(
      'send',
      linkResult.topic,
      RESULT_TYPES,
      'Worker, operator and relay: links made, refused and removed, users erased, access ended by a directory',
    ),
    publishIdentityStates: operation(
      'send',
      identityState.topic,
      [identityState.type],
      'Worker, operator, directory and relay: what is true of an SSO identity from now on',
    ),
    publishCompanyStates: operation(
      'send',
      companySsoChanged.topic,
      [companySsoChanged.type],
      "Operator, API and relay: what is true of a company's sign-in from now on",
    ),
    mirrorAccounts: operation(
      'receive',
      ACCOUNT_CHANGED_TOPIC,
      [ACCOUNT_CHANGED_TOPIC],
      'Worker: mirrors the users and social accounts of the product',
    ),
    publishDeadLetters: operation(
      'send',
      DEAD_LETTER_TOPIC,
      ['dead_letter'],
      'Worker and relay: a record put aside',
    ),
  },
  components: {
    messages: {
      [ssoAuthenticated.type]: message(ssoAuthenticated),
      [linkResult.type]: message(linkResult),
      [linkRemoved.type]: message(linkRemoved),
      [userLinked.type]: message(userLinked),
      [userErased.type]: message(userErased),
      [userDeprovisioned.type]: message(userDeprovisioned),
      [userReprovisioned.type]: message(userReprovisioned),
      [sessionsRevoked.type]: message(sessionsRevoked),
      [identityState.type]: message(identityState),
      [companySsoChanged.type]: message(companySsoChanged),
      [userLateMatch.type]: message(userLateMatch),
      [ACCOUNT_CHANGED_TOPIC]: accountChanged,
      dead_letter: deadLetter,
    },
    schemas: { ...schemas, [ACCOUNT_CHANGED_TOPIC]: withTypeLists(AccountChanged) },
  },
};

export const asyncapi = (): string =>
  `# Made from src/events/ by \`npm run docs\`.\n${stringify(document, { aliasDuplicateObjects: false, lineWidth: 110 })}`;
