import { codeOf } from '../errors.ts';
import { en } from '../pages/messages/en.ts';
import type { SetupErrorCode, SetupPageProps, StepName } from '../pages/setup-props.ts';

/** What an admin reads in the step itself; undefined for an error that ends in a page of its own. */
export function problemAt(step: StepName, error: unknown): SetupPageProps['problem'] {
  const code = codeOf(error);
  return code !== undefined && Object.hasOwn(en.setup.errors, code)
    ? { step, code: code as SetupErrorCode }
    : undefined;
}
