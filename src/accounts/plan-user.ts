import type { ImportedUser, UserLine } from './import-line.ts';
import type { ImportPlan, KnownUser, UserWrite } from './plan-types.ts';

interface Latest<T> {
  value: T;
  at: string;
  given: boolean;
  line: number;
}

/**
 * What one user's lines change, in the order of their arrival.
 * @returns whether the user changes
 */
export function planUser(
  plan: ImportPlan,
  lines: readonly UserLine[],
  known: KnownUser | undefined,
): boolean {
  const [first] = lines;
  if (first === undefined) return false;
  const { id } = first.user;
  const isDeletion = lines.some(({ user }) => user.status === 'deleted');
  if (known?.status === 'deleted') {
    const wanting = lines.findLast(({ user }) => user.status !== 'deleted');
    if (wanting) plan.conflicts.push(conflict(wanting.number, wanting.user, 'user_deleted', known));
    return false;
  }
  if (isDeletion) {
    (known ? plan.erase : plan.deleted).push(id);
    return known !== undefined;
  }

  // A line without a name or a status leaves what is known.
  const company = latest(lines, ({ company }) => company, known?.companyAt);
  const name = latest(lines, ({ name }) => name ?? undefined, known?.nameAt);
  const status = latest(lines, ({ status }) => status ?? undefined, known?.statusAt);
  const heldByLink = known?.companySetBy === 'link';
  if (heldByLink && company && company.value !== null && company.value !== known.company) {
    const wanted = { id, company: company.value };
    plan.conflicts.push(conflict(company.line, wanted, 'company_set_by_link', known));
  }
  const newCompany = heldByLink ? undefined : company;
  const wanted: UserWrite = {
    id,
    company: newCompany ? newCompany.value : (known?.company ?? null),
    name: name ? name.value : (known?.name ?? null),
    status: (status ? status.value : (known?.status ?? 'active')) as UserWrite['status'],
    companyAt: newCompany?.at ?? known?.companyAt ?? null,
    nameAt: name?.at ?? known?.nameAt ?? null,
    statusAt: status?.at ?? known?.statusAt ?? null,
  };
  if (known && sameUser(known, wanted)) {
    const given = [newCompany, name, status].some((field) => field?.given);
    if (given && !sameTimes(known, wanted)) plan.confirmed.users.push(wanted);
    return false;
  }
  plan.users.push(wanted);
  return true;
}

/** The newest of the lines that have the field, unless what is known is newer. */
function latest<T>(
  lines: readonly UserLine[],
  field: (user: ImportedUser) => T | undefined,
  knownAt: string | null | undefined,
): Latest<T> | undefined {
  let found: Latest<T> | undefined;
  for (const { number, time, user } of lines) {
    const value = field(user);
    if (value === undefined || (knownAt != null && time.at < knownAt)) continue;
    if (found === undefined || time.at >= found.at) found = { value, ...time, line: number };
  }
  return found;
}

function conflict(
  line: number,
  user: Pick<ImportedUser, 'id' | 'company'>,
  reason: 'company_set_by_link' | 'user_deleted',
  known: KnownUser,
) {
  return { line, userId: user.id, reason, company: known.company, wanted: user.company ?? null };
}

const sameUser = (a: KnownUser, b: UserWrite): boolean =>
  a.company === b.company && a.name === b.name && a.status === b.status;

const sameTimes = (a: KnownUser, b: UserWrite): boolean =>
  a.companyAt === b.companyAt && a.nameAt === b.nameAt && a.statusAt === b.statusAt;
