import { Type } from 'typebox';

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

/** A UUID in lower case, as PostgreSQL writes it. */
export const Uuid = (description: string) => Type.String({ pattern: UUID, description });

/** The company's slug beside its id, in events that had the id alone before. */
export const Company = Type.Optional(
  Type.String({ description: "The company's slug; absent in events of earlier versions" }),
);

/** RFC 3339 in UTC with milliseconds, as `Date.toISOString` writes it. */
export const Timestamp = (description: string) =>
  Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$', description });
