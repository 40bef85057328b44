/** The discovery endpoints (RFC 7644 §4): what this server supports. */
import { type Attribute, KINDS, MAX_COUNT, type ResourceKind } from './scim-schemas.ts';

const URN = 'urn:ietf:params:scim:schemas:core:2.0';
const meta = (resourceType: string, location: string) => ({ meta: { resourceType, location } });

export const serviceProviderConfig = (base: string) => ({
  schemas: [`${URN}:ServiceProviderConfig`],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: MAX_COUNT },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token of `sso-link directory token create`, in the header Authorization',
      primary: true,
    },
  ],
  ...meta('ServiceProviderConfig', `${base}/ServiceProviderConfig`),
});

export const resourceTypes = (base: string) =>
  KINDS.map(({ name, endpoint, schema, description }) => ({
    schemas: [`${URN}:ResourceType`],
    id: name,
    ...{ name, endpoint, schema, description },
    ...meta('ResourceType', `${base}/ResourceTypes/${name}`),
  }));

export const schemas = (base: string) =>
  KINDS.map(({ name, schema, description, attributes }: ResourceKind) => ({
    schemas: [`${URN}:Schema`],
    id: schema,
    ...{ name, description },
    attributes: attributes.map(described),
    ...meta('Schema', `${base}/Schemas/${schema}`),
  }));

/** With the defaults of RFC 7643 §2.2. */
function described({ subAttributes, ...attribute }: Attribute): object {
  return {
    multiValued: false,
    required: false,
    ...(attribute.type !== 'boolean' && attribute.type !== 'complex' && { caseExact: false }),
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...attribute,
    ...(subAttributes && { subAttributes: subAttributes.map(described) }),
  };
}
