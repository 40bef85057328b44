/** Reads a .cpuprofile (`node --cpu-prof`): self time by package or file, and by function. */
import { readFile } from 'node:fs/promises';

interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: number[];
  }[];
  samples: number[];
  timeDeltas: number[];
}

const [file, top = '40'] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: tsx bench/read-profile.ts FILE.cpuprofile [LINES]');
const profile = JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
const self = new Map<number, number>();
profile.samples.forEach((id, i) => {
  self.set(id, (self.get(id) ?? 0) + (profile.timeDeltas[i] ?? 0) / 1000);
});
const [byPlace, byFunction] = [new Map<string, number>(), new Map<string, number>()];
let busy = 0;
for (const { id, callFrame } of profile.nodes) {
  const { functionName, url, lineNumber } = callFrame;
  const time = self.get(id) ?? 0;
  if (functionName === '(idle)') continue;
  busy += time;
  const place = placeOf(url, functionName);
  byPlace.set(place, (byPlace.get(place) ?? 0) + time);
  const name = `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`;
  byFunction.set(name, (byFunction.get(name) ?? 0) + time);
}
for (const times of [byPlace, byFunction]) {
  for (const [name, time] of [...times].sort((a, b) => b[1] - a[1]).slice(0, Number(top))) {
    console.log(
      `${((100 * time) / busy).toFixed(1).padStart(5)} %  ${time.toFixed(0).padStart(6)} ms  ${name}`,
    );
  }
  console.log();
}

function placeOf(url: string, name: string): string {
  if (url === '') return name.startsWith('(') ? name : '(native)';
  const inPackages = url.split('/node_modules/').at(-1) as string;
  if (inPackages !== url)
    return inPackages
      .split('/')
      .slice(0, inPackages.startsWith('@') ? 2 : 1)
      .join('/');
  return url.replace(/^.*\/(dist|src)\//, '');
}
