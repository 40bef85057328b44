/**
 * The import's limit: COPY of the same lines into a staging table, and one merge per table, in one transaction. No line
 * is checked, no email is normalized, no link is guarded, and an invalid line ends it all.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';

const sql = postgres(process.env.DATABASE_URL, { max: 1, onnotice: () => {} });
await sql.begin(async (tx) => {
  await tx`CREATE TEMPORARY TABLE staging (line jsonb) ON COMMIT DROP`;
  // A CSV whose quote and delimiter are in no line: each line is one column.
  const copy = tx`COPY staging FROM STDIN WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')`;
  await pipeline(createReadStream(process.argv[2]), await copy.writable());
  await tx`
    INSERT INTO users (id, name) SELECT line->>'user_id', line->>'name' FROM staging
    ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, updated_at = now()`;
  await tx`
    INSERT INTO social_accounts (id, user_id, provider, provider_user_id, email, email_verified)
    SELECT gen_random_uuid(), line->>'user_id', line->>'provider', line->>'provider_user_id', line->>'email',
      (line->>'email_verified')::boolean FROM staging
    ON CONFLICT (provider, provider_user_id) DO UPDATE SET user_id = EXCLUDED.user_id, email = EXCLUDED.email,
      email_verified = EXCLUDED.email_verified, updated_at = now()`;
});
await sql.end();
