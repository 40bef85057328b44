/** The JSON Schemas that consumers read by: this service's own, opened. */
import type { TSchema } from 'typebox';
import { EVENTS } from '../../src/events/catalog.ts';
import { DeadLetterHeaders, EventHeaders } from '../../src/events/headers.ts';
import { openSchema } from '../../src/events/open.ts';

export interface PublishedSchema {
  /** In schemas/. */
  file: string;
  schema: Record<string, unknown> & { $id: string };
}

const published = ($id: string, title: string, schema: TSchema): PublishedSchema => {
  const { type, description, ...rest } = openSchema(schema) as Record<string, unknown>;
  const [name, version] = $id.split(':').slice(-2);
  return {
    file: `${name}.v${version}.json`,
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id,
      title,
      description,
      type,
      ...rest,
    },
  };
};

export const SCHEMAS: PublishedSchema[] = [
  ...EVENTS.map(({ schemaId, type, schema }) => published(schemaId, type, schema)),
  published('urn:sso-link:schema:headers:1', 'Headers of every event', EventHeaders),
  published('urn:sso-link:schema:dead-letter-headers:1', 'Headers of a dead letter', DeadLetterHeaders),
];

export const schemaText = ({ schema }: PublishedSchema): string => `${JSON.stringify(schema, null, 2)}\n`;
