import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app-deps.ts';
import { findCompany } from '../companies/sso-client-lookup.ts';
import { normalizeEmail } from '../email.ts';
import { COMPANY_COOKIE } from '../http/cookies.ts';
import { rememberLanguage } from '../pages/languages.ts';
import { LoginPage, type LoginPageProps } from '../pages/login-page.tsx';
import { sendPage } from '../pages/send-page.ts';
import { companyLogoUrl } from './company-logo-route.ts';
import { type LoginQuery, type Query, takeFirst } from './query.ts';
import { readReturnTo } from './return-to.ts';
import { LOGIN, ROOT } from './route-schemas.ts';

/** `GET /login`: work email → the company whose proven domain it is → Continue with JumpCloud. */
export function loginRoute(
  app: FastifyInstance,
  { config, database }: Pick<AppDeps, 'config' | 'database'>,
): void {
  app.get('/', { schema: ROOT, exposeHeadRoute: true }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').redirect('/login', 303),
  );

  app.get<{ Querystring: Query<typeof LoginQuery> }>(
    '/login',
    { schema: LOGIN, preValidation: takeFirst, exposeHeadRoute: true },
    async (request, reply) => {
      rememberLanguage(request, reply);
      const { login_hint: loginHint, company: slug, return_to, signed_out } = request.query;
      const returnTo = readReturnTo(request, return_to, config);
      const company = await chooseCompany();
      const noSso = loginHint && !company ? whyNot(loginHint) : undefined;
      const props: LoginPageProps = {
        ...(company && {
          company: {
            name: company.name,
            startUrl: startUrl(company.slug),
            ...(company.logo !== null && { logo: companyLogoUrl(company.logo) }),
          },
        }),
        ...(loginHint && { loginHint }),
        ...(noSso && { noSso }),
        ...(returnTo && { returnTo }),
        ...(signed_out !== undefined && { signedOut: true }),
      };
      // A refresh, no redirect: Chromium holds `form-action` against it, wherever it leads. Back leads to the form again.
      if (request.query.continue !== undefined && props.company) {
        reply.header('refresh', `0;url=${props.company.startUrl}`);
      }
      return sendPage(reply, <LoginPage {...props} />);

      async function chooseCompany() {
        // The link names the company: the email may have another domain.
        const named = slug ? await findCompany(database, { slug }) : undefined;
        if (named || !loginHint) return named ?? remembered();
        return findCompany(database, { email: loginHint });
      }

      function remembered() {
        // `company=` asks for the empty form: somebody else signs in on this browser.
        const last = slug === undefined ? request.cookies[COMPANY_COOKIE] : undefined;
        return last ? findCompany(database, { slug: last }) : undefined;
      }

      function startUrl(company: string): string {
        const query = new URLSearchParams({ company });
        if (returnTo) query.set('return_to', returnTo);
        if (loginHint) query.set('login_hint', loginHint);
        return `/login/start?${query}`;
      }
    },
  );
}

function whyNot(loginHint: string): NonNullable<LoginPageProps['noSso']> {
  return normalizeEmail(loginHint) === null ? 'emailMalformed' : 'noCompany';
}
