import { Type } from 'typebox';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T, description: string) =>
  Type.Optional(Type.Union([type, Type.Null()], { description }));

/**
 * A line of the import and a record of `user.account_changed`, as documents show it: one form for the three kinds of
 * line. src/accounts/import-line.ts reads them, and says what each kind needs.
 */
export const AccountChanged = Type.Object(
  {
    user_id: Type.Optional(
      Type.String({ description: "The product's id of the user. Required unless `removed` is true" }),
    ),
    company: nullable(Type.String(), 'The slug of the company of the user. Absent or null: of no company'),
    name: nullable(Type.String(), 'As people read it. Absent or null: what is known stays'),
    status: Type.Optional(
      Type.Enum(['active', 'suspended', 'deleted'], {
        description:
          'Absent: what is known stays, a new user is active. `deleted` erases the user; it needs `user_id` alone',
      }),
    ),
    provider: Type.Optional(
      Type.String({ description: '`google`, `github`, …. Required unless the user is deleted' }),
    ),
    provider_user_id: Type.Optional(
      Type.String({ description: "The provider's id of the account. Required unless the user is deleted" }),
    ),
    email: nullable(
      Type.String(),
      'The email of the account. Required unless the user is deleted or `removed` is true. Null where the provider gives none',
    ),
    email_verified: nullable(
      Type.Boolean(),
      'The provider says that the email belongs to the person. Required beside an email; null or absent beside none',
    ),
    removed: Type.Optional(Type.Boolean({ description: 'True: the account is gone' })),
    changed_at: nullable(
      Type.String(),
      'When the product made the change, RFC 3339. Absent or null: `ce_time`, else when the record came',
    ),
  },
  {
    description:
      'A change of one of the users of the product or of a social account; a line of `accounts import`',
  },
);
