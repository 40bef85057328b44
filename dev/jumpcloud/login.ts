import type { Context, Middleware, OidcProvider, World } from './context.ts';
import { errorPage, homePage, loginPage } from './pages.ts';

/** The pages a person sees: the sign-in form, the refusal of who isn't assigned, the list of people. */
export function loginPages(world: World, provider: OidcProvider): Middleware {
  const { directory } = world;
  return async (ctx, next) => {
    if (ctx.path === '/') {
      ctx.type = 'html';
      ctx.body = home(world);
      return;
    }
    if (!ctx.path.startsWith('/login/')) return next();
    const interaction = await provider.interactionDetails(ctx.req, ctx.res).catch(() => undefined);
    ctx.type = 'html';
    if (!interaction) {
      ctx.status = 400;
      ctx.body = errorPage('Your sign-in has expired', 'Go back to the application and start again.');
      return;
    }
    if (interaction.prompt.name === 'unassigned') {
      ctx.status = 403;
      ctx.body = errorPage(
        'You do not have access to this application',
        'Ask your JumpCloud administrator to assign it to you.',
      );
      return;
    }

    const { client_id: clientId, login_hint: hint } = interaction.params;
    const form = (email: string, problem?: string) =>
      loginPage({ email, people: assigned(world, String(clientId)), ...(problem && { problem }) });
    if (ctx.method !== 'POST') {
      ctx.body = form(String(hint ?? ''));
      return;
    }

    const fields = await readForm(ctx);
    const email = fields.get('email') ?? '';
    const person = directory.personByEmail(email);
    if (!person || !fields.get('password')) {
      ctx.status = 401;
      ctx.body = form(email, 'Your email or password is wrong.');
      return;
    }

    // Somebody else in a browser with a session: the library would want a page of its own with a script.
    const session = await provider.Session.get(ctx);
    if (session.accountId && session.accountId !== person.sub) {
      session.authorizations = {};
      session.loginAccount({ accountId: person.sub });
      await session.persist();
    }
    interaction.result = { login: { accountId: person.sub } };
    await interaction.persist();
    ctx.status = 303;
    ctx.redirect(interaction.returnTo);
  };
}

function assigned({ directory }: World, clientId: string): string[] {
  const people = [...directory.people.values()].filter((person) => person.clients.includes(clientId));
  return people.flatMap(({ email }) => email ?? []).slice(0, 50);
}

function home({ directory }: World): string {
  const people = [...directory.people.values()].slice(0, 100);
  return homePage(
    people.map(({ email = '', givenName = '', familyName = '', clients }) => ({
      email,
      name: `${givenName} ${familyName}`.trim() || '–',
      applications: clients.join(', ') || 'no application',
    })),
  );
}

/** The fields of a posted form. */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of ctx.req) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
