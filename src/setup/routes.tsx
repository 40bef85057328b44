/**
 * A company enables SSO by itself: a setup link leads to one page of steps. `/setup/TOKEN` opens it in a browser
 * (session.ts); each form is one use case, in the company of the link alone, and answers with the page again. What a link
 * may do is decided by its purpose here, and again in the transaction of each change (still-allowed.ts).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TObject } from 'typebox';
import type { Purpose } from '../companies/setup-links.ts';
import type { Transaction } from '../db/client.ts';
import { SsoLinkError } from '../errors.ts';
import type { RouteSchema } from '../http/route-schema.ts';
import { addLogFields } from '../observability/requests.ts';
import { sendPage } from '../pages/send-page.ts';
import { SetupPage, SetupPeoplePage } from '../pages/setup-page.tsx';
import type { StepName } from '../pages/setup-props.ts';
import { saveSetupClient, saveSetupSecret } from './client.ts';
import type { SetupDeps } from './deps.ts';
import { addSetupDomain, checkSetupDomain, forgetSetupDomain, listSetupDomains } from './domains.ts';
import { disableSso, enableSso } from './enable.ts';
import { problemAt } from './errors.ts';
import { setupLimits } from './limits.ts';
import { openRoutes } from './open-routes.tsx';
import { countPeople } from './people.ts';
import { refreshRoute } from './refresh-route.ts';
import { assertSameOrigin } from './same-origin.ts';
import * as schemas from './schemas.ts';
import { assertCsrf, finishSetupSession, readSetupSession, type SetupSession } from './session.ts';
import { viewSetup } from './view.ts';

/** Setup pages name their origin to themselves, so that a form says where it comes from. */
const REFERRER_POLICY = 'same-origin';
/** Purposes that set up or replace the SSO client. */
const WHOLE: Purpose[] = ['setup', 'replace'];

interface Form<Body extends TObject> {
  schema: RouteSchema;
  body: Body;
  step: StepName;
  purposes: Purpose[];
  /** A form that asks JumpCloud: few are enough. */
  isCostly?: boolean;
  /** @returns the SSO client, where the link has done its work by this */
  act(session: SetupSession, body: Static<Body>): Promise<string | undefined>;
}

export function setupRoutes(app: FastifyInstance, deps: SetupDeps): void {
  const { config, database, sealer, resolver } = deps;
  const limits = setupLimits(app, config);
  const change = (work: (tx: Transaction) => Promise<void>) =>
    database.transaction(work).then(() => undefined);

  app.addHook('onRequest', async (request, reply) => {
    void reply.header('referrer-policy', REFERRER_POLICY).header('cache-control', 'no-store');
    await limits.perAddress(request, reply);
  });
  openRoutes(app, deps);

  app.get('/setup', { schema: schemas.SHOW_SETUP, exposeHeadRoute: true }, async (request, reply) => {
    const session = await sessionOf(request, reply, { beDone: true });
    return sendPage(reply, <SetupPage {...(await viewSetup(deps, session))} />);
  });

  app.get('/setup/people', { schema: schemas.SHOW_PEOPLE }, async (request, reply) => {
    const session = await sessionOf(request, reply, { beDone: false });
    assertPurpose(session, WHOLE);
    await limits.costly(session, request, reply);
    const domains = await listSetupDomains(database, session);
    const proven = domains.filter((domain) => domain.proven).map(({ domain }) => domain);
    if (proven.length === 0) return reply.redirect('/setup#people', 303);
    return sendPage(
      reply,
      <SetupPeoplePage {...(await countPeople(database, session.company.id, proven))} />,
    );
  });

  form('/setup/domains', {
    ...{ schema: schemas.ADD_DOMAIN, body: schemas.DomainForm, step: 'domains', purposes: ['setup'] },
    act: (session, { domain }) => change((tx) => addSetupDomain(tx, session, domain)),
  });
  form('/setup/forget', {
    ...{ schema: schemas.FORGET_DOMAIN, body: schemas.DomainForm, step: 'domains', purposes: ['setup'] },
    act: (session, { domain }) => change((tx) => forgetSetupDomain(tx, session, domain)),
  });
  form('/setup/check', {
    ...{ schema: schemas.CHECK_DOMAIN, body: schemas.DomainForm, step: 'domains', purposes: WHOLE },
    act: (session, { domain }) => checkSetupDomain(database, resolver, session, domain).then(() => undefined),
  });
  const registry = { database, sealer, issuers: config.JUMPCLOUD_ISSUERS };
  form('/setup/client', {
    ...{ schema: schemas.SAVE_CLIENT, body: schemas.ClientForm, step: 'client', purposes: WHOLE },
    isCostly: true,
    act: (session, { client_id: clientId, client_secret: clientSecret }) =>
      saveSetupClient(registry, session, { clientId, clientSecret: clientSecret.trim() }).then(
        () => undefined,
      ),
  });
  form('/setup/secret', {
    ...{ schema: schemas.SAVE_SECRET, body: schemas.SecretForm, step: 'secret', purposes: ['secret'] },
    isCostly: true,
    act: (session, { client_secret: secret }) => saveSetupSecret(registry, session, secret.trim()),
  });
  form('/setup/enable', {
    ...{ schema: schemas.ENABLE, body: schemas.EnableForm, step: 'enable', purposes: WHOLE },
    act: async (session, { client, version }) => {
      const seen = { ssoClientId: client, version: Number(version) };
      return (await database.transaction((tx) => enableSso(tx, session, seen))).ssoClientId;
    },
  });

  app.post<{ Body: Static<typeof schemas.EmptyForm> }>(
    '/setup/disable',
    { schema: schemas.DISABLE },
    async (request, reply) => {
      const session = await posted(request, reply, { beDone: true });
      await database.transaction((tx) => disableSso(tx, session));
      return reply.redirect('/setup', 303);
    },
  );
  refreshRoute(app, deps, (request, reply) => posted(request, reply, { beDone: false }));

  /** One form of one step. What an admin can put right is said in the step. */
  function form<Body extends TObject>(
    path: string,
    { schema, step, purposes, isCostly, act }: Form<Body>,
  ): void {
    app.post<{ Body: Static<Body> }>(path, { schema }, async (request, reply) => {
      const session = await posted(request as FastifyRequest<{ Body: { csrf?: string } }>, reply, {
        beDone: false,
      });
      assertPurpose(session, purposes);
      if (isCostly) await limits.costly(session, request, reply);
      try {
        const done = await act(session, request.body as Static<Body>);
        if (done !== undefined) finishSetupSession(reply, sealer, session, done);
        return reply.redirect(done === undefined ? `/setup#${step}` : '/setup', 303);
      } catch (error) {
        const problem = problemAt(step, error);
        if (!problem) throw error;
        addLogFields(request, { code: problem.code, why: (error as Error).message });
        return sendPage(reply, <SetupPage {...(await viewSetup(deps, session, problem))} />);
      }
    });
  }

  /** A POST: same origin, an open link, and the CSRF value that this browser was given. */
  async function posted(
    request: FastifyRequest<{ Body: { csrf?: string } }>,
    reply: FastifyReply,
    may: { beDone: boolean },
  ): Promise<SetupSession> {
    assertSameOrigin(request, config.PUBLIC_URL);
    const session = await sessionOf(request, reply, may);
    assertCsrf(session, request.body?.csrf);
    return session;
  }

  async function sessionOf(request: FastifyRequest, reply: FastifyReply, may: { beDone: boolean }) {
    const session = await readSetupSession(deps, request, may);
    addLogFields(request, { company: session.company.slug, setup_link_id: session.link.id });
    await limits.perCompany(session, request, reply);
    return session;
  }
}

/** @throws SsoLinkError `setup_link_unfit` */
function assertPurpose({ link }: SetupSession, purposes: Purpose[]): void {
  if (purposes.includes(link.purpose)) return;
  throw new SsoLinkError('setup_link_unfit', `a link for '${link.purpose}' may not do this`);
}
