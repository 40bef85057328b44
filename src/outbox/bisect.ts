import { codeOf } from '../errors.ts';
import type { IncomingRecord } from '../kafka/records.ts';

/**
 * What records can cause, and the same ones each time: SQLSTATEs of data exceptions, integrity violations and limits
 * (PostgreSQL, Appendix A), and what Node and our array parameters say of a value. Any other code is the database's or
 * the network's: a record that became a dead letter by it would never be worked on.
 */
const OF_RECORDS =
  /^(22|23|54)[0-9A-Z]{3}$|^(UNDEFINED_VALUE|ERR_STRING_TOO_LONG|ERR_BUFFER_TOO_LARGE|ERR_OUT_OF_RANGE|ERR_INVALID_ARG_(TYPE|VALUE))$/;

/** Whether the records are the cause. What has no code is thrown here, by what they hold. */
function isOfRecords(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || OF_RECORDS.test(code);
}

/**
 * Works on a chunk, whatever is in it. A failure that the records cause, and not the database's state, is bisected
 * to the record, which becomes a dead letter.
 * @param work.run all or nothing
 * @param work.bury keeps one record as a dead letter
 * @param work.done receives what each part brought, in order
 * @param work.unavailable makes the error that ends it where the records are not the cause
 */
export async function runBisected<Report>(
  records: IncomingRecord[],
  work: {
    run(records: IncomingRecord[]): Promise<Report>;
    bury(record: IncomingRecord, error: string): Promise<Report>;
    done(report: Report): void;
    unavailable(error: unknown): Error;
  },
): Promise<void> {
  const parts = [records];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    try {
      work.done(await work.run(part));
    } catch (error) {
      if (!isOfRecords(error)) throw work.unavailable(error);
      const [record] = part;
      if (record !== undefined && part.length === 1) {
        work.done(await bury(record, codeOf(error) ?? (error as Error).name, work));
        continue;
      }
      // The halves precede all later records: their order stays.
      const middle = Math.ceil(part.length / 2);
      parts.unshift(part.slice(0, middle), part.slice(middle));
    }
  }
}

/** The record as a dead letter; without its value, where it is the value that can't be kept either. */
async function bury<Report>(
  record: IncomingRecord,
  code: string,
  work: Parameters<typeof runBisected<Report>>[1],
): Promise<Report> {
  try {
    return await work.bury(record, code);
  } catch (error) {
    if (!isOfRecords(error)) throw work.unavailable(error);
    const lost = `${code}; its value of ${record.value?.length ?? 0} bytes can't be kept`;
    return await work.bury({ ...record, value: null }, lost).catch((e: unknown) => {
      throw work.unavailable(e);
    });
  }
}
