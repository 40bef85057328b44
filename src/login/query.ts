import type { FastifyRequest } from 'fastify';
import { type Static, type TObject, Type } from 'typebox';

/** An optional text of a query: one value, bounded. */
const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));

export const LoginQuery = Type.Object({
  company: text(100),
  login_hint: text(320),
  return_to: Type.Optional(Type.String()),
  signed_out: text(10),
  /** The form was sent: a person who has single sign-on continues to JumpCloud at once. */
  continue: text(10),
  ui_locales: text(200),
});

export const StartQuery = Type.Object({
  company: Type.String({ maxLength: 100 }),
  login_hint: text(320),
  return_to: Type.Optional(Type.String()),
  /** A test link's token. */
  test: text(1_000),
  ui_locales: text(200),
});

export const CallbackQuery = Type.Object({
  state: text(1_024),
  code: text(4_096),
  iss: text(512),
  error: text(128),
  error_description: text(4_096),
});

/** A form of the test's page. */
export const TestLogoutBody = Type.Object({ logout: Type.String({ maxLength: 16_384 }) });

export type Query<Schema extends TObject> = Static<Schema>;

/**
 * Before validation, for routes that anybody may link to: of two parameters of one name the first one counts. The
 * callback refuses them (docs/security.md, row 33).
 */
export async function takeFirst(request: FastifyRequest): Promise<void> {
  const query = request.query as Record<string, unknown>;
  for (const [name, value] of Object.entries(query)) if (Array.isArray(value)) query[name] = value[0];
}
