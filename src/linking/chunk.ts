/**
 * The worker's chunk: one transaction, set-based, from records, each partition's in offset order, to their link
 * results. Delivered again it does nothing again: a login that has a result is passed over.
 *
 * Locks are taken in the same order by everybody who links: SSO identities by id, then users by id, both
 * FOR UPDATE, since what a link writes (`user_id`, `company_id`) belongs to a unique key each, and a lock
 * that has to be raised later is a deadlock in waiting.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/client.ts';
import { normalizeEmail } from '../email.ts';
import { type LinkResult, linkResult } from '../events/link-result.ts';
import { newId } from '../ids.ts';
import type { IncomingRecord } from '../kafka/records.ts';
import { append } from '../outbox/append.ts';
import { type DeadLetter, storeDeadLetters } from '../outbox/dead-letters.ts';
import { decide, POLICY_VERSION } from '../policy/decide.ts';
import type { People } from '../policy/people.ts';
import { identityStateEvent, type StoredState } from '../states/identity-states.ts';
import { type KnownIdentity, type KnownLogin, readFacts } from './chunk-facts.ts';
import { type ChunkTrace, decisionSpan, resultSpan, UNTRACED } from './chunk-spans.ts';
import { stateAfter } from './chunk-states.ts';
import { type Decided, newWrites, type Writes, write } from './chunk-writes.ts';
import { type IncomingLogin, readRecords } from './incoming-logins.ts';

export interface ChunkReport {
  results: LinkResult[];
  /** The same, with the logins and for the log. */
  decided: Decided[];
  /** Logins that had a result already. */
  duplicates: number;
  /** Records that became dead letters. */
  deadLetters: DeadLetter[];
}

/**
 * Decides a chunk's logins, each decision visible to the next, and commits. All or nothing.
 * @param refused records that are known to be invalid: they become dead letters and nothing else
 * @throws the database's error; src/linking/retry.ts knows which are worth another try
 */
export async function runChunk(
  database: Database,
  records: IncomingRecord[],
  refused: DeadLetter[] = [],
  traced: ChunkTrace = UNTRACED,
): Promise<ChunkReport> {
  const { logins, deadLetters } = readRecords(records);
  const report = await database.transaction(async (tx) => {
    const now = new Date();
    const writes = newWrites();
    const report: ChunkReport = {
      results: [],
      decided: writes.results,
      duplicates: 0,
      deadLetters: [...refused, ...deadLetters],
    };

    if (logins.length > 0) {
      const facts = await readFacts(tx, logins);
      const decided = new Set<string>();
      logins.forEach((login, i) => {
        const known = facts.logins[i];
        const identity = facts.identities.get(login.event.sso_identity_id);
        const mismatch = mismatchOf(login, known);
        if (mismatch || !known || !identity) {
          report.deadLetters.push({ record: login.record, ...(mismatch ?? UNKNOWN) });
        } else if (known.decided || decided.has(login.event.login_id)) {
          report.duplicates++;
        } else {
          decided.add(login.event.login_id);
          const decision = decisionSpan(traced, login);
          const result = decideAndApply(login, known, identity, facts.people, writes, now);
          const event = resultSpan(traced, decision);
          const sequence = facts.sequences.shift() ?? 0n;
          const spans = { decision, event };
          writes.results.push({ login, company: known.company, result, eventId: newId(), sequence, spans });
          noteState(identity, known.company, result, writes);
          report.results.push(result);
        }
      });
      for (const state of writes.states.values()) state.sequence = facts.sequences.shift() ?? 0n;
    }

    const letters = await storeDeadLetters(tx, report.deadLetters, now);
    const events = writes.results.map((decided) => eventOf(decided, now));
    const states = [...writes.states.values()].map((state) => stateEventOf(state, now));
    await Promise.all([write(tx, writes, now), append(tx, [...events, ...states, ...letters])]);
    return report;
  });
  for (const decided of report.decided) endSpans(decided);
  return report;
}

const UNKNOWN = { reason: 'unknown_login', error: 'no such login is recorded' } as const;

/** Nobody is linked on the word of a record alone: it has to agree with the login that was recorded. */
function mismatchOf({ event, record }: IncomingLogin, known: KnownLogin | undefined) {
  if (known === undefined) return UNKNOWN;
  const wrong = [
    event.sso_identity_id !== known.identityId && 'sso_identity_id',
    event.company_id !== known.companyId && 'company_id',
    event.sso_client_id !== known.ssoClientId && 'sso_client_id',
    // Anyone with write access to the topic could put a colleague's email into their own login.
    known.eventHash !== null && !known.eventHash.equals(recordHash(record)) && 'the event as a whole',
  ].filter((field) => field !== false);
  if (wrong.length === 0) return undefined;
  return { reason: 'login_mismatch', error: `not as the login was recorded: ${wrong.join(', ')}` } as const;
}

function recordHash({ value }: IncomingRecord): Buffer {
  return createHash('sha256')
    .update(value ?? '')
    .digest();
}

function decideAndApply(
  { event }: IncomingLogin,
  known: KnownLogin,
  identity: KnownIdentity,
  people: People,
  writes: Writes,
  now: Date,
): LinkResult {
  const { companyId } = known;
  const email = normalizeEmail(event.email);
  const { userId: foundId, ...decision } = decide(
    { email: event.email, emailVerified: event.email_verified },
    {
      linked: people.linked(identity.userId, companyId),
      linkRemoved: identity.linkRemoved,
      directoryInactive: identity.directoryInactive,
    },
    email === null ? [] : people.candidates(companyId, email),
    {
      id: companyId,
      active: known.companyActive,
      clientActive: known.clientActive,
      createsUsers: known.createsUsers,
      domainProof: domainProofOf(known),
    },
  );

  const created = decision.outcome === 'user_created' && email !== null;
  const userId = created ? createUser(people, writes, { companyId, email, name: event.name }) : foundId;
  if (userId !== null) {
    if (created || decision.outcome === 'linked') {
      people.link({ identityId: identity.id, companyId, userId, email: identity.email });
      writes.linked.push({
        id: identity.id,
        user_id: userId,
        user_created: created,
        login_id: event.login_id,
        sso_client_id: known.ssoClientId,
      });
    }
    if (people.claim(userId, companyId)) writes.claimed.push({ user_id: userId, company_id: companyId });
  }
  return {
    login_id: event.login_id,
    sso_identity_id: identity.id,
    company_id: companyId,
    company: known.company,
    ...decision,
    user_id: userId,
    policy_version: POLICY_VERSION,
    decided_at: now.toISOString(),
  };
}

function domainProofOf({ domain, domainCompanyId, domainVerifiedBy }: KnownLogin) {
  if (domain === null || domainCompanyId === null || domainVerifiedBy === null) return null;
  return { domain, companyId: domainCompanyId, verifiedBy: domainVerifiedBy };
}

function createUser(
  people: People,
  writes: Writes,
  { companyId, email, name }: { companyId: string; email: string; name: string | null },
): string {
  const id = newId();
  for (const holder of people.create({ id, companyId, status: 'active', ssoEmail: email })) {
    const justCreated = writes.created.get(holder);
    if (justCreated) justCreated.sso_email = null;
    else writes.released.push(holder);
  }
  writes.created.set(id, { id, company_id: companyId, name: name?.toWellFormed() ?? null, sso_email: email });
  return id;
}

/** A chunk's last state of an identity is published, where it is another one than before the chunk. */
function noteState(identity: KnownIdentity, company: string, result: LinkResult, writes: Writes): void {
  const state = stateAfter(identity, result);
  const isLinkedNow = identity.userId === null && result.user_id !== null;
  if (isLinkedNow) identity.userId = result.user_id;
  if (state === null || (state === identity.state && !isLinkedNow)) return;
  identity.state = state;
  const { id, userId } = identity;
  writes.states.set(id, { id, companyId: result.company_id, company, userId, state, sequence: 0n });
}

function eventOf({ result, eventId, sequence, spans }: Decided, time: Date) {
  const trace = spans.event.headers;
  return linkResult.create(
    { id: eventId, source: 'urn:sso-link:worker', time, subject: result.sso_identity_id, sequence, trace },
    result,
  );
}

const stateEventOf = (state: Omit<StoredState, 'at'>, time: Date) =>
  identityStateEvent({ ...state, at: time.toISOString() }, 'worker');

/** Once it is committed: what was rolled back was never decided, and its spans are never told. */
function endSpans({ result: { outcome, reason, evidence }, spans: { decision, event } }: Decided): void {
  event.end();
  decision.set({
    'sso_link.outcome': outcome,
    'sso_link.reason': reason ?? undefined,
    'sso_link.rule': evidence.rule,
  });
  decision.end();
}
