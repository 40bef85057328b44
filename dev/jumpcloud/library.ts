type Module = typeof import('oidc-provider');

let loaded: Promise<Module> | undefined;

/**
 * oidc-provider, on the Node that this project supports: it requires URL.parse of Node 22 (WHATWG URL
 * Standard, `parse`) and prints a notice about Node 20 while it loads.
 */
export function oidcProvider(): Promise<Module> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Module> {
  const standard = URL as typeof URL & { parse?: (url: string, base?: string) => URL | null };
  standard.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);
  const { warn } = console;
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes('oidc-provider')) warn(...words);
  };
  try {
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
  }
}
