/** A company's own logo: on the sign-in page beside the product's. */
import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Database, Transaction } from '../db/client.ts';
import { companyLogos } from '../db/schema/companies.ts';
import type { Picture } from '../picture.ts';

/** Null removes it. @returns the hash before and after, null for none */
export async function setLogo(
  tx: Transaction,
  companyId: string,
  logo: Picture | null,
): Promise<{ before: string | null; after: string | null }> {
  const ofCompany = eq(companyLogos.companyId, companyId);
  const [known] = await tx.db.select({ hash: companyLogos.hash }).from(companyLogos).where(ofCompany);
  const before = known?.hash ?? null;
  if (logo === null) {
    await tx.db.delete(companyLogos).where(ofCompany);
    return { before, after: null };
  }
  const hash = createHash('sha256').update(logo.content).digest('hex').slice(0, 16);
  if (hash !== before) {
    await tx.db
      .insert(companyLogos)
      .values({ companyId, ...logo, hash })
      .onConflictDoUpdate({ target: companyLogos.companyId, set: { ...logo, hash } });
  }
  return { before, after: hash };
}

/** The logo with this hash; undefined where no company has it. */
export async function findLogo({ sql }: Pick<Database, 'sql'>, hash: string): Promise<Picture | undefined> {
  const [logo] = await sql<Picture[]>`SELECT type, content FROM company_logos WHERE hash = ${hash} LIMIT 1`;
  return logo;
}
