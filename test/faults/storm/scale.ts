/**
 * Many sign-ins, in legs: each leg is a storm on a new installation that is checked as a whole. What the legs found is
 * added up in a file, so that a run can be interrupted and continued: a leg that did not end counts for nothing.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { isGood, type StormReport, storm, sum } from './storm.ts';

export interface ScaleReport {
  /** How many were asked for. */
  target: number;
  /** Logins that were recorded and checked so far. */
  logins: number;
  legs: number;
  /** Seeds of legs that found something. */
  failed: number[];
  seconds: number;
  faults: Record<string, number>;
  found: StormReport['found'];
  exitsOther: string[];
  noJson: number;
  /** Seconds that the worker's group was in each of its states. */
  group: Record<string, number>;
  /** Of the latest leg, in MB, by process. */
  memory: StormReport['memory'];
}

const LEG_LOGINS = 50_000;
const LEG_SECONDS = 3_600;
/** Seconds from one fault to the next: a hundred in a million sign-ins, about. */
const CALM: [number, number] = [20, 50];
const PEOPLE = 6_000;
const AT_ONCE = 128;

/** @param options.file where the sums are kept; it continues from there */
export async function scale(options: {
  logins: number;
  file: string;
  /** Sign-ins of a leg. Default 50 000. */
  leg?: number;
  tell: (line: string) => void;
}): Promise<ScaleReport> {
  const { logins: target, file, leg = LEG_LOGINS, tell } = options;
  let report: ScaleReport = { ...(await before(file)), target };
  tell(`${report.logins} of ${target} logins are checked`);
  while (report.logins < target) {
    const seed = report.legs + 1;
    const logins = Math.min(leg, target - report.logins);
    const part = await storm({
      ...{ seconds: LEG_SECONDS, logins, seed, tell },
      ...{ prepared: true, calm: CALM, people: PEOPLE, atOnce: AT_ONCE },
    });
    report = added(report, part);
    await writeFile(`${file}.new`, JSON.stringify(report, null, 2));
    await rename(`${file}.new`, file);
    tell(
      `leg ${seed}: ${isGood(part) ? 'good' : 'FAILED'}, ${report.logins} of ${target} logins are checked`,
    );
  }
  return report;
}

/** The sums of no leg. */
export const NONE: ScaleReport = {
  target: 0,
  logins: 0,
  legs: 0,
  failed: [],
  seconds: 0,
  faults: {},
  found: {} as ScaleReport['found'],
  exitsOther: [],
  noJson: 0,
  group: {},
  memory: {},
};

/** The sums of the legs before, none where there is no file. */
async function before(file: string): Promise<ScaleReport> {
  const known = await readFile(file, 'utf8').catch(() => undefined);
  return known === undefined ? NONE : (JSON.parse(known) as ScaleReport);
}

/** A report with one more leg. */
export function added(report: ScaleReport, part: StormReport): ScaleReport {
  return {
    ...report,
    logins: report.logins + part.logins,
    legs: report.legs + 1,
    failed: isGood(part) ? report.failed : [...report.failed, part.seed],
    seconds: report.seconds + part.seconds,
    faults: sum(report.faults, part.faults),
    found: sum(report.found, part.found),
    exitsOther: [...report.exitsOther, ...part.exits.other],
    noJson: report.noJson + part.noJson.length,
    group: sum(report.group, secondsByState(part)),
    memory: part.memory,
  };
}

const secondsByState = ({ group, seconds }: StormReport): Record<string, number> =>
  Object.fromEntries(Object.entries(group).map(([state, share]) => [state, Math.round(share * seconds)]));
