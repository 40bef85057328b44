/**
 * The secrets of an SSO client: two live at most, so that one is replaced while people sign in. Which one is used follows
 * from what JumpCloud answers (client-secret-use.ts). Nothing here changes the client's version: sign-ins under way continue.
 */
import { and, desc, eq, sql as query } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Database, Db, Transaction } from '../db/client.ts';
import { ssoClientSecrets, ssoClients } from '../db/schema/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Sealer } from '../seal.ts';
import { publishCompanyStates } from '../states/company-states.ts';
import {
  assertClientSecret,
  type ClientSecretView,
  inOrder,
  liveOf,
  lockLive,
  type SecretRow,
  toSecretView,
  useForOldVersions,
} from './client-secret-rows.ts';
import { companyBySlug, lockCompany } from './companies.ts';
import { type CredentialAnswer, checkCredential } from './find-issuer.ts';
import { clientSecretAssociatedData, selectClient } from './sso-client-rows.ts';

/** Two, so that a secret can be replaced while the other one works. */
const MAX_LIVE = 2;

export interface NewClientSecret {
  slug: string;
  /** The SSO client; the company's active one where none is given, else its draft. */
  id?: string;
  secret: string;
  /** `2027-03-01`. */
  expiresOn?: string;
  /** Whether JumpCloud is asked. What it answers refuses nothing: a secret may be pasted before it is valid there. */
  check: boolean;
}

/**
 * Adds a secret to an SSO client, after asking JumpCloud whether it works there by now. A secret that the client has
 * is not added again.
 * @throws SsoLinkError `client_secret_invalid`, `expiry_invalid`, `client_not_found`, `client_secrets_exhausted`
 */
export async function addClientSecret(
  { database, sealer }: { database: Pick<Database, 'db' | 'transaction'>; sealer: Sealer },
  actor: string,
  input: NewClientSecret,
): Promise<{ secret: ClientSecretView; answer: CredentialAnswer | null; changed: boolean }> {
  const { slug, id, check } = input;
  const secret = assertClientSecret(input.secret);
  const expiresOn = assertDay(input.expiresOn);
  const company = await companyBySlug(database, slug);
  const client = await selectClient(database, company.id, slug, ['active', 'draft', 'disabled'], id);
  const { clientId, authMethod, region, issuer: url } = client;
  const answer = check
    ? await checkCredential({ region, url }, { clientId, authMethod, clientSecret: secret })
    : null;
  const stored = await database.transaction((tx) =>
    storeClientSecret(tx, actor, sealer, { slug, id: client.id, secret, expiresOn, answer }),
  );
  return { ...stored, answer };
}

/** What is known of a secret when it is stored. */
interface StoredSecret {
  slug: string;
  /** The SSO client. */
  id: string;
  secret: string;
  expiresOn: string | null;
  /** What JumpCloud has just said of it. */
  answer: CredentialAnswer | null;
}

/**
 * Stores a secret of an SSO client with what JumpCloud has just said of it.
 * @throws SsoLinkError `client_secrets_exhausted`
 */
export async function storeClientSecret(
  tx: Transaction,
  actor: string,
  sealer: Sealer,
  { slug, id, secret, expiresOn, answer }: StoredSecret,
): Promise<{ secret: ClientSecretView; changed: boolean }> {
  const company = await lockCompany(tx, slug);
  const live = await lockLive(tx, id);
  const associated = clientSecretAssociatedData(id);
  const same = live.find((row) => row.secret !== null && sealer.open(row.secret, associated) === secret);
  if (!same && live.length >= MAX_LIVE) {
    throw new SsoLinkError(
      'client_secrets_exhausted',
      `SSO client ${id} has ${MAX_LIVE} client secrets already: retire one first`,
      { facts: { company: slug } },
    );
  }
  const works = answer === 'works';
  const said = {
    ...(works && { lastWorkedAt: query`now()`, workingSince: same?.workingSince ?? query`now()` }),
    ...(answer === 'refused' && { lastRefusedAt: query`now()`, workingSince: null }),
  };
  const expires = expiresOn !== null ? { expiresOn } : {};
  const [row] = same
    ? await tx.db
        .update(ssoClientSecrets)
        .set({ ...expires, ...said, addedBy: same.addedBy })
        .where(eq(ssoClientSecrets.id, same.id))
        .returning()
    : await tx.db
        .insert(ssoClientSecrets)
        .values({
          ...{ id: newId(), ssoClientId: id, secret: sealer.seal(secret, associated), addedBy: actor },
          ...expires,
          ...said,
        })
        .returning();
  const stored = row as SecretRow;
  if (works) await useForOldVersions(tx, stored);
  const changed = !same || (expiresOn !== null && expiresOn !== same.expiresOn);
  if (changed) {
    await publishCompanyStates(tx, actor, [company.id]);
    await audit(tx, {
      actor,
      action: same ? 'client.secret_update' : 'client.secret_add',
      target: stored.id,
      companyId: company.id,
      details: { sso_client_id: id, expires_on: stored.expiresOn, answer },
    });
  }
  const [first] = inOrder(await liveOf(tx, id));
  return { secret: toSecretView(stored, slug, first?.id), changed };
}

/**
 * The secrets of an SSO client, the one in use first; without what is secret.
 * @param filter.id the company's active SSO client where none is given, else its draft
 * @throws SsoLinkError `company_not_found`, `client_not_found`
 */
export async function listClientSecrets(
  database: { db: Db },
  filter: { slug: string; id?: string; retired: boolean },
): Promise<ClientSecretView[]> {
  const { slug, id } = filter;
  const company = await companyBySlug(database, slug);
  const client = await selectClient(database, company.id, slug, ['active', 'draft', 'disabled'], id);
  const rows = await database.db
    .select()
    .from(ssoClientSecrets)
    .where(eq(ssoClientSecrets.ssoClientId, client.id))
    .orderBy(desc(ssoClientSecrets.addedAt));
  const live = inOrder(rows.filter((row) => row.retiredAt === null));
  const retired = filter.retired ? rows.filter((row) => row.retiredAt !== null) : [];
  return [...live, ...retired].map((row) => toSecretView(row, slug, live[0]?.id));
}

/**
 * Retires a secret of a company's SSO client: it is deleted, and its row stays. Not the last one, since nobody could
 * sign in then.
 * @throws SsoLinkError `client_secret_not_found`, `client_secret_last`
 */
export async function retireClientSecret(
  tx: Transaction,
  actor: string,
  of: { slug: string; clientId?: string; id: string },
): Promise<{ secret: ClientSecretView; changed: boolean }> {
  const company = await lockCompany(tx, of.slug);
  const [found] = await tx.db
    .select({ secret: ssoClientSecrets })
    .from(ssoClientSecrets)
    .innerJoin(ssoClients, eq(ssoClients.id, ssoClientSecrets.ssoClientId))
    .where(
      and(
        eq(ssoClientSecrets.id, of.id),
        eq(ssoClients.companyId, company.id),
        of.clientId === undefined ? undefined : eq(ssoClients.id, of.clientId),
      ),
    );
  if (!found) {
    throw new SsoLinkError('client_secret_not_found', `company '${of.slug}' has no client secret ${of.id}`, {
      facts: { company: of.slug },
    });
  }
  const live = await lockLive(tx, found.secret.ssoClientId);
  const chosen = live.find((row) => row.id === of.id);
  if (!chosen) return { secret: toSecretView(found.secret, of.slug, undefined), changed: false };
  const [next] = inOrder(live.filter((row) => row !== chosen));
  if (!next) {
    throw new SsoLinkError(
      'client_secret_last',
      `client secret ${of.id} is the only one of SSO client ${chosen.ssoClientId}: nobody could sign in without it`,
      { facts: { company: of.slug } },
    );
  }
  const [retired] = await tx.db
    .update(ssoClientSecrets)
    .set({ secret: null, retiredAt: query`now()` })
    .where(eq(ssoClientSecrets.id, chosen.id))
    .returning();
  await useForOldVersions(tx, next);
  await publishCompanyStates(tx, actor, [company.id]);
  await audit(tx, {
    actor,
    action: 'client.secret_retire',
    target: chosen.id,
    companyId: company.id,
    details: { sso_client_id: chosen.ssoClientId, remains: next.id },
  });
  return { secret: toSecretView(retired as SecretRow, of.slug, next.id), changed: true };
}

/** @throws SsoLinkError `expiry_invalid` */
function assertDay(day: string | undefined): string | null {
  if (day === undefined) return null;
  const date = new Date(`${day}T00:00:00Z`);
  if (/^\d{4}-\d\d-\d\d$/.test(day) && date.toJSON()?.startsWith(day)) return day;
  throw new SsoLinkError('expiry_invalid', `'${day}' is no date: expected a day like 2027-03-01`);
}
