import type { AppDeps } from '../app-deps.ts';

/** What the routes of a setup link ask for. */
export type SetupDeps = Pick<AppDeps, 'config' | 'database' | 'sealer' | 'pages' | 'resolver'>;
