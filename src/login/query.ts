import { type Static, type TObject, Type } from 'typebox';

/** An optional text of a query: one value, bounded. Two of one name are refused, whichever was meant. */
const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));

export const LoginQuery = Type.Object({
  company: text(100),
  login_hint: text(320),
  return_to: text(2_000),
  signed_out: text(10),
});

export const StartQuery = Type.Object({
  company: Type.String({ maxLength: 100 }),
  login_hint: text(320),
  return_to: text(2_000),
  /** A test link's token. */
  test: text(1_000),
});

export const CallbackQuery = Type.Object({
  state: text(512),
  code: text(4_096),
  iss: text(512),
  error: text(128),
  error_description: text(4_096),
});

export type Query<Schema extends TObject> = Static<Schema>;
