/** What the page of an opened link shows, read afresh for each request. */
import { createHash } from 'node:crypto';
import { type ClientTest, latestClientTest } from '../companies/client-tests.ts';
import { clientsOf, type SsoClientRow } from '../companies/sso-client-rows.ts';
import { createTestLink } from '../companies/test-link.ts';
import type { SetupPageProps } from '../pages/setup-props.ts';
import { setupClient } from './client.ts';
import type { SetupDeps } from './deps.ts';
import { hasProof, listSetupDomains } from './domains.ts';
import type { SetupSession } from './session.ts';

/** @param problem what went wrong with the form that was just sent */
export async function viewSetup(
  deps: SetupDeps,
  session: SetupSession,
  problem?: SetupPageProps['problem'],
): Promise<SetupPageProps> {
  const { config, database, pages } = deps;
  const { link, company, csrf, done } = session;
  const clients = await clientsOf(database, company.id);
  const client =
    done === undefined ? await setupClient(database, session) : clients.find((c) => c.id === done);
  const signInUrl = `${config.PUBLIC_URL}/login?${new URLSearchParams({ company: company.slug })}`;
  const shown = {
    purpose: link.purpose,
    companyName: company.name,
    jumpcloud: {
      redirectUri: `${config.PUBLIC_URL}/login/callback`,
      loginUrl: config.APP_URL,
      logoUrl: pages.settings.brand.logo,
    },
    // A link for a new secret shows nothing of the company but the Client ID.
    domains:
      link.purpose === 'secret'
        ? { list: [], canAdd: false, proven: false }
        : {
            list: await listSetupDomains(database, session),
            canAdd: !link.requiresProof,
            proven: await hasProof(database, session),
          },
    client: client
      ? { id: client.id, version: client.version, clientId: client.clientId, region: client.region }
      : null,
    done:
      done === undefined
        ? null
        : {
            enabled: client?.status === 'active',
            signInUrl,
            canDisable: link.purpose !== 'secret' && client?.status === 'active',
          },
    problem,
  };
  const test = await testOf(deps, session, client);
  const clientOpen = !link.requiresProof || shown.domains.proven;
  const state = digest({ ...shown, problem: null, clientOpen, test: { ...test, url: test.url !== null } });
  return { ...shown, csrf, state, clientOpen, test };
}

/** The latest test of the SSO client as it is now, and a link to the next one. */
async function testOf(
  { config, database, sealer }: SetupDeps,
  { company }: SetupSession,
  client: SsoClientRow | undefined,
): Promise<SetupPageProps['test']> {
  if (!client || client.status === 'disabled') return { url: null, latest: null, fresh: false };
  const of = { slug: company.slug, id: client.id, publicUrl: config.PUBLIC_URL };
  const { url } = await createTestLink(database, sealer, of);
  const latest = await latestClientTest(database, client);
  const fresh = (await latestClientTest(database, client, { passed: true })) !== undefined;
  return { url, latest: latest ? summary(latest) : null, fresh };
}

const summary = (test: ClientTest) => ({
  at: test.testedAt,
  passed: test.passed,
  email: test.hasEmail,
  verified: test.emailVerified,
  domain: test.domainProven,
  refresh: test.refreshToken,
});

const digest = (shown: object): string =>
  createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16);
