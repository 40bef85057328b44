import { readTopic, type TopicRecord } from '../../../dev/topics.ts';
import type { Database } from '../../../src/db/client.ts';
import { linkResult } from '../../../src/events/link-result.ts';
import { ssoAuthenticated } from '../../../src/events/sso-authenticated.ts';
import { waiting } from '../examine.ts';

/** What a storm left behind: what browsers saw, what the database holds, what the topics hold. */
export interface History {
  /** Sign-ins that a browser saw succeed, by the person's `sub`. */
  acknowledged: Map<string, number>;
  logins: { id: string; identity: string; sub: string; company: string }[];
  results: Result[];
  /** The company of each user, null of one that belongs to none. */
  users: Map<string, string | null>;
  /** Both topics in offset order, duplicates included. */
  loginEvents: Sent[];
  resultEvents: Sent[];
  /** Rows that still wait in the outbox. */
  waiting: number;
}

export interface Result {
  login: string;
  outcome: string;
  reason: string | null;
  user: string | null;
}

export interface Sent {
  /** `ce_id` */
  id: string;
  key: string;
  /** `ce_sequence` */
  sequence: bigint;
  login: string;
  /** Of a result's event. */
  result?: Result;
}

/** Reads it from the database and from the beginning of both topics. */
export async function readHistory(
  { sql }: Database,
  topics: { brokers: string[]; prefix: string },
  acknowledged: Map<string, number>,
): Promise<History> {
  const { brokers, prefix } = topics;
  const logins = await sql<History['logins']>`
    SELECT l.id, l.sso_identity_id AS identity, i.subject AS sub, l.company_id AS company
    FROM logins l JOIN sso_identities i ON i.id = l.sso_identity_id`;
  const results = await sql<Result[]>`
    SELECT login_id AS login, outcome, reason, user_id AS user FROM link_results`;
  const users = await sql<{ id: string; company: string | null }[]>`
    SELECT id, company_id AS company FROM users`;
  const [told, decided] = [
    await readTopic(brokers, prefix + ssoAuthenticated.topic),
    await readTopic(brokers, prefix + linkResult.topic),
  ];
  return {
    acknowledged,
    logins: [...logins],
    results: [...results],
    users: new Map(users.map(({ id, company }) => [id, company])),
    loginEvents: told.map((record) => ({
      ...headersOf(record),
      login: ssoAuthenticated.parse(record.value).login_id,
    })),
    resultEvents: decided.map((record) => {
      const { login_id: login, outcome, reason, user_id: user } = linkResult.parse(record.value);
      return { ...headersOf(record), login, result: { login, outcome, reason, user } };
    }),
    waiting: await waiting({ sql }),
  };
}

function headersOf({ headers, key }: TopicRecord): Omit<Sent, 'login'> {
  return { id: headers.ce_id ?? '', key: key ?? '', sequence: BigInt(headers.ce_sequence ?? -1) };
}
