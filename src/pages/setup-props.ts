/** What the pages of a setup link show. src/setup/ makes it; nothing else about a company reaches them. */
import type { Messages } from './messages/en.ts';

export type StepName = keyof Messages['setup']['steps'];
export type SetupErrorCode = keyof Messages['setup']['errors'];

export interface SetupPageProps {
  purpose: 'setup' | 'secret' | 'replace';
  companyName: string;
  csrf: string;
  /** Changes with what the page shows. */
  state: string;
  /** Labels and values for JumpCloud's console. */
  jumpcloud: { redirectUri: string; loginUrl: string; logoUrl: string | undefined };
  domains: {
    list: {
      domain: string;
      proven: boolean;
      record: { name: string; text: string } | null;
      lastAnswer: keyof Messages['setup']['domains']['answers'] | null;
      shown: string | null;
    }[];
    /** False where the link proves known domains alone. */
    canAdd: boolean;
    proven: boolean;
  };
  client: { id: string; version: number; clientId: string; region: string } | null;
  /** Whether a secret may be pasted. */
  clientOpen: boolean;
  test: {
    url: string | null;
    latest: {
      at: Date;
      passed: boolean;
      email: boolean;
      verified: boolean;
      domain: boolean;
      refresh: boolean;
    } | null;
    fresh: boolean;
  };
  /** Set once this browser has done what the link is for. */
  done: { enabled: boolean; signInUrl: string; canDisable: boolean } | null;
  problem?: { step: StepName; code: SetupErrorCode } | undefined;
}
