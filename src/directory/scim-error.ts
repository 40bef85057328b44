import { SsoLinkError } from '../errors.ts';

/** RFC 7644 §3.12, by the code of an error. */
const KINDS: Record<string, { status: number; scimType?: string }> = {
  scim_invalid_filter: { status: 400, scimType: 'invalidFilter' },
  scim_invalid_path: { status: 400, scimType: 'invalidPath' },
  scim_invalid_syntax: { status: 400, scimType: 'invalidSyntax' },
  scim_invalid_value: { status: 400, scimType: 'invalidValue' },
  scim_no_target: { status: 400, scimType: 'noTarget' },
  scim_too_many: { status: 400, scimType: 'tooMany' },
  scim_mutability: { status: 400, scimType: 'mutability' },
  scim_uniqueness: { status: 409, scimType: 'uniqueness' },
  scim_unauthorized: { status: 401 },
  scim_not_found: { status: 404 },
  scim_method_not_allowed: { status: 405 },
  scim_busy: { status: 429 },
};

type ScimCode = keyof typeof KINDS & string;

/** An error about the request itself: the directory gets the whole message. */
export const scimError = (code: ScimCode, message: string): SsoLinkError => new SsoLinkError(code, message);

export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** The body of an error. @param code an error's code; null for one that says nothing but its status */
export function errorBody(status: number, detail: string, code: string | null): object {
  const scimType = code === null ? undefined : KINDS[code]?.scimType;
  return { schemas: [ERROR_SCHEMA], status: String(status), ...(scimType && { scimType }), detail };
}

/** The status of an error of this protocol; undefined of any other one. */
export const statusOf = (code: string): number | undefined => KINDS[code]?.status;
