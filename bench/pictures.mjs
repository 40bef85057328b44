/**
 * Pictures of what a run printed: `node bench/pictures.mjs FIGURES [FOLDER]`, where FIGURES holds the lines of
 * `npm run bench -- --json`. Latencies and growth, an SVG each; a picture without figures is left as it is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';

const [figures, folder = 'docs/images'] = process.argv.slice(2);
const lines = readFileSync(figures, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** The share of the logins that were done by then. */
const latency = lines
  .filter(({ percentiles }) => percentiles)
  .flatMap(({ percentiles }) =>
    Object.entries(percentiles).flatMap(([who, all]) =>
      Object.entries(all).map(([percent, ms]) => ({ who, percent: Number(percent), ms })),
    ),
  );
await draw('bench-latency', latency, {
  title: 'Callback answered to link result read, at half the capacity',
  mark: { type: 'line', point: true },
  encoding: {
    x: { field: 'ms', type: 'quantitative', scale: { type: 'log' }, title: 'milliseconds' },
    y: { field: 'percent', type: 'quantitative', title: '% of logins' },
    color: { field: 'who', title: null, legend: { orient: 'top' } },
    order: { field: 'percent' },
  },
});

/** Each part against itself at the smallest. */
const parts = new Map();
for (const { metric, sizes } of lines.filter((line) => line.sizes)) {
  const what = metric.replace(/: rate at .*/, '');
  if (sizes.length > (parts.get(what)?.length ?? 0)) parts.set(what, sizes);
}
const growth = [...parts].flatMap(([what, sizes]) =>
  sizes.map(({ size, rate }) => ({ what, size, share: rate / sizes[0].rate })),
);
await draw('bench-growth', growth, {
  title: 'Rate as it grows, by the rate at the smallest',
  mark: { type: 'line', point: true },
  encoding: {
    x: {
      field: 'size',
      type: 'quantitative',
      scale: { type: 'log' },
      title: 'accounts, rows, companies or lines',
    },
    y: { field: 'share', type: 'quantitative', scale: { domainMin: 0 }, title: 'rate, 1 = at the smallest' },
    color: { field: 'what', title: null, legend: { orient: 'top', columns: 2, labelLimit: 0 } },
  },
});

async function draw(name, values, spec) {
  if (values.length === 0) return;
  const whole = { width: 560, height: 280, background: 'white', padding: 12, data: { values }, ...spec };
  const view = new View(parse(compile(whole).spec), { renderer: 'none' });
  writeFileSync(`${folder}/${name}.svg`, `${await view.toSVG()}\n`);
  console.log(`${folder}/${name}.svg`);
}
