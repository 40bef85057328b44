import { access, constants } from 'node:fs/promises';
import type { Browser } from 'playwright-core';

export {
  type HttpBrowser,
  type HttpBrowserOptions,
  httpBrowser,
  type Page,
  type SignInOptions,
} from './browser/http.ts';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  // /dev/shm is small where a build runs in a container.
  '--disable-dev-shm-usage',
];

/** Where Chromium is (CHROMIUM_PATH, else Debian's); undefined where it isn't installed. */
export async function chromiumAvailable(): Promise<string | undefined> {
  const candidates = process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH] : PATHS;
  for (const path of candidates) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

/** Launches the installed Chromium, headless. The caller closes it. */
export async function chromium(): Promise<Browser> {
  const executablePath = await chromiumAvailable();
  if (!executablePath) {
    throw new Error('Chromium is not installed: install it, or set CHROMIUM_PATH');
  }
  const { chromium: launcher } = await import('playwright-core');
  // Chromium's own sandbox refuses to run as root.
  const root = process.getuid?.() === 0;
  return launcher.launch({ executablePath, args: root ? [...FLAGS, '--no-sandbox'] : FLAGS });
}
