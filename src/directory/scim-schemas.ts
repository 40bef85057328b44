/** What SCIM advertises (RFC 7643): only attributes that are stored and read back. Requests are read by it, too. */

export interface Attribute {
  name: string;
  type: 'string' | 'boolean' | 'complex' | 'reference';
  description: string;
  required?: boolean;
  multiValued?: boolean;
  caseExact?: boolean;
  mutability?: 'readWrite' | 'immutable' | 'readOnly';
  uniqueness?: 'none' | 'server';
  canonicalValues?: string[];
  referenceTypes?: string[];
  subAttributes?: Attribute[];
}

export interface ResourceKind {
  /** `User`, `Group`. */
  name: string;
  endpoint: '/Users' | '/Groups';
  schema: string;
  description: string;
  attributes: Attribute[];
}

const PRIMARY: Attribute = {
  name: 'primary',
  type: 'boolean',
  description: 'Whether it is the preferred one',
};

export const USER: ResourceKind = {
  name: 'User',
  endpoint: '/Users',
  schema: 'urn:ietf:params:scim:schemas:core:2.0:User',
  description: 'A person of the directory',
  attributes: [
    {
      ...{ name: 'userName', type: 'string', required: true, uniqueness: 'server' },
      description: 'The name by which the directory knows the person: an email',
    },
    {
      ...{ name: 'active', type: 'boolean', required: true },
      description:
        'Whether the person may sign in. It cannot be removed; a user is created active without it',
    },
    { name: 'displayName', type: 'string', description: 'The name for display' },
    {
      ...{ name: 'name', type: 'complex', description: "The parts of the person's name" },
      subAttributes: [
        { name: 'givenName', type: 'string', description: 'The given name' },
        { name: 'familyName', type: 'string', description: 'The family name' },
      ],
    },
    {
      ...{ name: 'emails', type: 'complex', multiValued: true, description: 'Email addresses' },
      subAttributes: [
        { name: 'value', type: 'string', description: 'The address' },
        {
          name: 'type',
          type: 'string',
          description: 'What it is for',
          canonicalValues: ['work', 'home', 'other'],
        },
        PRIMARY,
      ],
    },
  ],
};

export const GROUP: ResourceKind = {
  name: 'Group',
  endpoint: '/Groups',
  schema: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  description: 'A group of the directory. It gives and takes nothing',
  attributes: [
    { name: 'displayName', type: 'string', required: true, description: 'The name. It need not be unique' },
    {
      ...{ name: 'members', type: 'complex', multiValued: true, description: 'Users of the group' },
      subAttributes: [
        {
          name: 'value',
          type: 'string',
          caseExact: true,
          mutability: 'immutable',
          description: 'The id of the user',
        },
        {
          ...{ name: '$ref', type: 'reference', mutability: 'immutable', referenceTypes: ['User'] },
          ...{ caseExact: true, description: 'The address of the user' },
        },
        {
          ...{ name: 'type', type: 'string', mutability: 'immutable', canonicalValues: ['User'] },
          description: 'What the member is',
        },
      ],
    },
  ],
};

export const KINDS: readonly ResourceKind[] = [USER, GROUP];

/** Common to all resources (RFC 7643 §3.1): not in a schema, and written like any other. */
export const EXTERNAL_ID: Attribute = {
  ...{ name: 'externalId', type: 'string', caseExact: true },
  description: "The directory's own id",
};

/** The attributes of a kind that a request can write. */
export const writable = (kind: ResourceKind): Attribute[] => [EXTERNAL_ID, ...kind.attributes];

/** An attribute by its name: names are case-insensitive (RFC 7643 §2.1). */
export const attributeNamed = (all: Attribute[], name: string): Attribute | undefined =>
  all.find((attribute) => attribute.name.toLowerCase() === name.toLowerCase());

/** Of many values, at most. */
export const MAX_COUNT = 200;
export const MAX_OPERATIONS = 100;
export const MAX_BODY = 1024 * 1024;
