/**
 * A company's JumpCloud applications: at most one draft and one active. A disabled one stays, and so do the
 * SSO identities that came by it, since an identity is (company, issuer, subject).
 */
import { and, eq, sql as query, type SQL } from 'drizzle-orm';
import { audit } from '../audit.ts';
import type { Issuer } from '../config.ts';
import type { Db, Transaction } from '../db/client.ts';
import { ssoClients } from '../db/schema/companies.ts';
import { SsoLinkError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Sealer } from '../seal.ts';
import { publishCompanyStates } from '../states/company-states.ts';
import { inOrder, liveOf, nameAdder } from './client-secret-rows.ts';
import { companyBySlug, lockCompany } from './companies.ts';
import { listDomains } from './domains.ts';
import type { Credential } from './find-issuer.ts';
import { fulfilSetupLinks } from './setup-links.ts';
import {
  assertClientIdFree,
  clientSecretAssociatedData,
  clientsOf,
  type SsoClientRow,
  type SsoClientView,
  selectClient,
  toView,
} from './sso-client-rows.ts';

export interface NewSsoClient extends Credential {
  slug: string;
  issuer: Issuer;
  logoutAtProvider: boolean;
}

/**
 * A new SSO client, as the company's draft.
 * @throws SsoLinkError `client_draft_exists`, `client_taken`, `company_not_found`
 */
export async function createSsoClient(
  tx: Transaction,
  actor: string,
  sealer: Sealer,
  client: NewSsoClient,
): Promise<SsoClientView> {
  const company = await lockCompany(tx, client.slug);
  const drafts = await clientsOf(tx, company.id, 'draft');
  if (drafts.length > 0) {
    throw new SsoLinkError('client_draft_exists', `company '${client.slug}' has a draft already`);
  }
  const id = newId();
  const { region, url: issuer } = client.issuer;
  await assertClientIdFree(tx, issuer, client.clientId, id);
  const [created] = await tx.db
    .insert(ssoClients)
    .values({
      id,
      companyId: company.id,
      region,
      issuer,
      clientId: client.clientId,
      clientSecret: sealer.seal(client.clientSecret, clientSecretAssociatedData(id)),
      authMethod: client.authMethod,
      logoutAtProvider: client.logoutAtProvider,
    })
    .returning();
  await nameAdder(tx, id, actor);
  await publishCompanyStates(tx, actor, [company.id]);
  await audit(tx, {
    actor,
    action: 'client.create',
    target: id,
    companyId: company.id,
    details: {
      region,
      client_id: client.clientId,
      auth_method: client.authMethod,
      logout_at_provider: client.logoutAtProvider,
    },
  });
  return toView(created as SsoClientRow, client.slug);
}

export type SsoClientChange = Partial<Omit<NewSsoClient, 'slug'>>;

/** The SSO client that a change is for, and its open credential, for the check before the change. */
export async function clientToUpdate(
  database: { db: Db },
  sealer: Sealer,
  slug: string,
  id?: string,
): Promise<{ client: SsoClientView; credential: Credential }> {
  const company = await companyBySlug(database, slug);
  const row = await selectClient(database, company.id, slug, ['draft', 'active', 'disabled'], id);
  const { clientId, authMethod } = row;
  const [inUse] = inOrder(await liveOf(database, row.id));
  const sealed = inUse?.secret ?? row.clientSecret;
  return {
    client: toView(row, slug),
    credential: {
      clientId,
      authMethod,
      clientSecret: sealer.open(sealed, clientSecretAssociatedData(row.id)),
    },
  };
}

/** The SSO client that a test link is for: the named one, else the draft, else the active one. */
export async function clientToTest(database: { db: Db }, slug: string, id?: string): Promise<SsoClientView> {
  const company = await companyBySlug(database, slug);
  const row = await selectClient(database, company.id, slug, ['draft', 'active'], id);
  if (row.status === 'disabled') {
    throw new SsoLinkError('client_disabled', `SSO client ${row.id} is disabled: nobody can test it`);
  }
  return toView(row, slug);
}

/**
 * Changes an SSO client and raises its version: attempts that are open at that moment are refused. A secret replaces
 * all that it has; `addClientSecret` adds one, and refuses nothing.
 * @param expected as it was when the change was checked: a draft that was activated meanwhile is another matter
 * @throws SsoLinkError `client_changed` when somebody else changed it meanwhile; `client_taken`
 */
export async function updateSsoClient(
  tx: Transaction,
  actor: string,
  sealer: Sealer,
  expected: Pick<SsoClientView, 'id' | 'version' | 'status' | 'company'>,
  change: SsoClientChange,
): Promise<SsoClientView> {
  const company = await lockCompany(tx, expected.company);
  const before = await selectClient(tx, company.id, expected.company, [], expected.id);
  if (before.version !== expected.version || before.status !== expected.status) {
    throw new SsoLinkError('client_changed', 'somebody else changed this SSO client just now: run it again');
  }
  const issuer = change.issuer ?? { region: before.region, url: before.issuer };
  const clientId = change.clientId ?? before.clientId;
  await assertClientIdFree(tx, issuer.url, clientId, before.id);
  const [updated] = await tx.db
    .update(ssoClients)
    .set({
      region: issuer.region,
      issuer: issuer.url,
      clientId,
      authMethod: change.authMethod ?? before.authMethod,
      logoutAtProvider: change.logoutAtProvider ?? before.logoutAtProvider,
      // Another application may belong to another organization: it is learnt again.
      organization: clientId === before.clientId ? before.organization : null,
      ...(change.clientSecret !== undefined && {
        clientSecret: sealer.seal(change.clientSecret, clientSecretAssociatedData(before.id)),
      }),
      version: before.version + 1,
      updatedAt: new Date(),
    })
    .where(eq(ssoClients.id, before.id))
    .returning();
  if (change.clientSecret !== undefined) {
    await nameAdder(tx, before.id, actor);
    await publishCompanyStates(tx, actor, [company.id]);
  }
  await audit(tx, {
    actor,
    action: 'client.update',
    target: before.id,
    companyId: company.id,
    details: {
      region: issuer.region,
      client_id: clientId,
      auth_method: change.authMethod ?? before.authMethod,
      logout_at_provider: change.logoutAtProvider ?? before.logoutAtProvider,
      secret_changed: change.clientSecret !== undefined,
      version: before.version + 1,
    },
  });
  return toView(updated as SsoClientRow, expected.company);
}

/**
 * Makes an SSO client the active one, and disables the one that was: the named one, else the draft, else,
 * where none is active, the one disabled last. Contacts nobody.
 * @param which.allowNoDomain although the company has no domain, so that nobody is linked by email
 * @throws SsoLinkError `company_without_domain`, `client_not_found`, `company_not_found`
 */
export async function activateSsoClient(
  tx: Transaction,
  actor: string,
  slug: string,
  which: { id?: string; allowNoDomain?: boolean } = {},
): Promise<{ client: SsoClientView; replaced: string | null; changed: boolean }> {
  const company = await lockCompany(tx, slug);
  // Active before disabled: run twice, the command must not bring the old client back.
  const chosen = await selectClient(tx, company.id, slug, ['draft', 'active', 'disabled'], which.id);
  if (chosen.status === 'active') return { client: toView(chosen, slug), replaced: null, changed: false };
  if (!which.allowNoDomain && (await listDomains(tx, slug)).length === 0) {
    throw new SsoLinkError(
      'company_without_domain',
      `company '${slug}' has no proven domain, so every new person would be refused`,
    );
  }
  const [replaced] = await disableWhere(
    tx,
    and(eq(ssoClients.companyId, company.id), eq(ssoClients.status, 'active')),
  );
  const [client] = await tx.db
    .update(ssoClients)
    .set({ status: 'active', updatedAt: new Date() })
    .where(eq(ssoClients.id, chosen.id))
    .returning();
  await publishCompanyStates(tx, actor, [company.id]);
  await audit(tx, {
    actor,
    action: 'client.activate',
    target: chosen.id,
    companyId: company.id,
    details: { from: chosen.status, replaced: replaced?.id ?? null },
  });
  await fulfilSetupLinks(tx, company.id);
  return { client: toView(client as SsoClientRow, slug), replaced: replaced?.id ?? null, changed: true };
}

/** Disables the active SSO client, or the named one. Its people's sessions are refused at the next read. */
export async function disableSsoClient(
  tx: Transaction,
  actor: string,
  slug: string,
  id?: string,
): Promise<{ client: SsoClientView; changed: boolean }> {
  const company = await lockCompany(tx, slug);
  const chosen = await selectClient(tx, company.id, slug, ['active', 'disabled'], id);
  if (chosen.status === 'disabled') return { client: toView(chosen, slug), changed: false };
  const [client] = await disableWhere(tx, eq(ssoClients.id, chosen.id));
  await publishCompanyStates(tx, actor, [company.id]);
  await audit(tx, { actor, action: 'client.disable', target: chosen.id, companyId: company.id });
  return { client: toView(client as SsoClientRow, slug), changed: true };
}

/**
 * Makes a disabled SSO client the draft again, so that it can be tested.
 * @throws SsoLinkError `client_draft_exists`, `client_changed` where it is not disabled
 */
export async function reopenSsoClient(
  tx: Transaction,
  actor: string,
  slug: string,
  id: string,
): Promise<SsoClientView> {
  const company = await lockCompany(tx, slug);
  if ((await clientsOf(tx, company.id, 'draft')).length > 0) {
    throw new SsoLinkError('client_draft_exists', `company '${slug}' has a draft already`);
  }
  const [client] = await tx.db
    .update(ssoClients)
    .set({ status: 'draft', updatedAt: new Date() })
    .where(
      and(eq(ssoClients.id, id), eq(ssoClients.companyId, company.id), eq(ssoClients.status, 'disabled')),
    )
    .returning();
  if (!client) throw new SsoLinkError('client_changed', 'somebody else changed this SSO client just now');
  await audit(tx, { actor, action: 'client.reopen', target: id, companyId: company.id });
  return toView(client, slug);
}

/** A disabled SSO client's open attempts end with it: hence the version. */
async function disableWhere(tx: Transaction, where: SQL | undefined): Promise<SsoClientRow[]> {
  return tx.db
    .update(ssoClients)
    .set({ status: 'disabled', version: query`${ssoClients.version} + 1`, updatedAt: new Date() })
    .where(where)
    .returning();
}
