const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const safe = (text: string) => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#eef3f2, #10201e); }
main { width: min(22rem, 90vw); padding: 2rem; border-radius: .75rem; background: light-dark(#fff, #182b29); }
h1 { margin: 0 0 .25rem; font-size: 1.25rem; } p { margin: .5rem 0; } small { opacity: .75; }
label { display: block; margin-top: 1rem; } input, button { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; }
button { margin-top: 1.5rem; border: 0; border-radius: .4rem; color: #fff; background: #0b7a6f; cursor: pointer; }
[role=alert] { color: light-dark(#a40000, #ff9c9c); }`;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)}</title><style>${STYLE}</style></head>
<body><main>${body}<p><small>A stand-in for JumpCloud. Nothing here leaves this machine.</small></p></main></body></html>`;
}

/** The sign-in form; `people` are offered while typing. */
export function loginPage(options: { email: string; people: string[]; problem?: string }): string {
  const { email, people, problem } = options;
  return page(
    'JumpCloud sign-in (stand-in)',
    `<h1>JumpCloud User Login</h1>
${problem ? `<p role="alert">${safe(problem)}</p>` : ''}
<form method="post">
<label>User Email Address <input name="email" type="email" list="people" autocomplete="username" required value="${safe(email)}"></label>
<datalist id="people">${people.map((person) => `<option value="${safe(person)}"></option>`).join('')}</datalist>
<label>Password <input name="password" type="password" autocomplete="current-password" value="password"></label>
<button type="submit">SSO Login</button>
</form>`,
  );
}

/** What JumpCloud keeps to itself: the application does not learn about it. */
export function errorPage(heading: string, text: string): string {
  return page(heading, `<h1>${safe(heading)}</h1><p>${safe(text)}</p>`);
}

export function logoutPage(): string {
  return page(
    'Log out (stand-in)',
    '<h1>Log out of JumpCloud?</h1><form method="post"><input type="hidden" name="confirm" value="yes"><button type="submit">Log out</button></form>',
  );
}

export function homePage(people: { email: string; name: string; applications: string }[]): string {
  const rows = people.map(
    ({ email, name, applications }) =>
      `<li>${safe(email)}<br><small>${safe(name)}: ${safe(applications)}</small></li>`,
  );
  return page(
    'JumpCloud (stand-in)',
    `<h1>People in this directory</h1><ul>${rows.join('')}</ul><p>Any password will do. <a href="/oauth2/sessions/logout">Log out</a></p>`,
  );
}
