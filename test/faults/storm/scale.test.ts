import t from 'tap';
import { countByKind } from './check.ts';
import { added, NONE } from './scale.ts';
import type { StormReport } from './storm.ts';

const leg = (seed: number, lost: number): StormReport => ({
  ...{
    seed,
    seconds: 60,
    signedIn: 100,
    failed: {},
    logins: 100,
    recoveredAfter: 0,
    examples: [],
    noJson: [],
  },
  faults: { 'relay: SIGKILL': 2 },
  found: { ...countByKind([]), 'lost login': lost },
  exits: { asked: 1, longest: 10, other: [] },
  group: { Stable: 0.9, PreparingRebalance: 0.1 },
  memory: {},
});

t.test('legs are added up, and a bad one is named by its seed', async (t) => {
  const report = [leg(1, 0), leg(2, 1), leg(3, 0)].reduce(added, { ...NONE, target: 300 });
  t.match(report, { logins: 300, legs: 3, failed: [2], seconds: 180, faults: { 'relay: SIGKILL': 6 } });
  t.equal(report.found['lost login'], 1);
  t.same(report.group, { Stable: 162, PreparingRebalance: 18 });
});
