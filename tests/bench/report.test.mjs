import { expect, test } from 'vitest';
import { growthPicture } from './growth-picture.mjs';
import { longestTask } from './hosts/longest-task.mjs';
import { markdownReport, renewedReport } from './report.mjs';
import { judgeTargets } from './targets.mjs';

const spread = (median) => ({ median, min: median, max: median });
const row = (contestant, variant, threads, seconds, more = {}) => ({
  contestant,
  variant,
  threads,
  measures: { train: spread(seconds), list: spread(seconds) },
  toNative: spread(1.2),
  gflops: null,
  metrics: { 'hit_rate@10': 0.722 },
  sameLists: null,
  memory: 5e7,
  ...more,
});
const report = (workload, rows, more = {}) => ({
  workload,
  title: `The ${workload}`,
  description: 'little data',
  measures: { train: { label: 'training', unit: 's' } },
  growth: null,
  whatBoundsIt: 'memory.',
  roofline: '',
  machine: { processor: 'P' },
  busy: spread(0),
  notes: [],
  repetitions: 3,
  command: 'npm run bench',
  date: '2026-01-01',
  rows,
  ...more,
});

const TARGET = 'iALS, ML-1M, 64 factors, to hit_rate@10 ≥ 0.721; Chromium, 2 threads';
const judged = (rows) =>
  judgeTargets([report('ials-64', rows)]).find(({ what }) => what === TARGET);

test('a target is met only when time, ratio and quality are', () => {
  const met = (seconds, more) =>
    judged([row('chromium', 'relaxed-threads', 2, seconds, more)])?.met;
  expect(met(1.4)).toBe(true);
  expect(met(1.6)).toBe(false);
  expect(met(1.4, { toNative: spread(1.6) })).toBe(false);
  expect(met(1.4, { metrics: { 'hit_rate@10': 0.72 } })).toBe(false);
});

test('a target takes the fastest build with the wanted number of threads', () => {
  const rows = [
    row('chromium', 'simd', 1, 1),
    row('chromium', 'simd-threads', 2, 2),
    row('chromium', 'relaxed-threads', 2, 1.3),
    row('firefox', 'relaxed-threads', 2, 0.5),
  ];
  expect(judged(rows)?.found).toMatch(/^1\.30 s/);
});

test('what was not measured is neither met nor missed', () => {
  expect(judged([row('node', 'simd', 1, 1)])).toMatchObject({ met: null, found: 'not measured' });
  expect(judgeTargets([]).every(({ met }) => met === null)).toBe(true);
});

test('two threads are compared with one of the same build', () => {
  const rows = [
    row('chromium', 'relaxed-threads', 1, 2),
    row('chromium', 'simd-threads', 1, 1),
    row('chromium', 'relaxed-threads', 2, 1),
  ];
  const [scaling] = judgeTargets([report('ease', rows)]).filter(({ what }) =>
    what.includes('2 threads against 1, ease'),
  );
  expect(scaling).toMatchObject({ found: '2.00 ×', met: true });
});

test('the report leaves columns out that nobody fills, and names every target', () => {
  const reports = [report('ials-64', [row('native', 'native', 1, 2), row('node', 'simd', 1, 3)])];
  const targets = judgeTargets(reports);
  const more = { targets, downloads: { 'index.js': 10_000 }, picture: 'growth.svg' };
  const text = markdownReport(reports, more);
  expect(text).toContain('| contestant | build | threads | training, s | × native | hit_rate@10 |');
  expect(text).not.toContain('GFLOP/s |');
  expect(text).toContain('index.js 10.0 KB');
  for (const { what } of targets) expect(text).toContain(what);
});

test('some workloads are renewed in their places, and new ones come last', () => {
  const old = [
    report('ials-64', [row('chromium', 'relaxed-threads', 2, 2)]),
    report('b', [row('node', 'simd', 1, 1)]),
  ];
  const downloads = { 'index.js': 10_000 };
  const text = markdownReport(old, {
    targets: judgeTargets(old, downloads),
    downloads,
    picture: 'growth.svg',
  });
  const more = { command: 'npm run bench -- --renew', date: '2026-02-02' };
  const anew = [report('ials-64', [row('chromium', 'relaxed-threads', 2, 1)], more)];
  const added = report('c', [row('node', 'simd', 1, 7)], more);
  const renewed = renewedReport(text, [...anew, added], judgeTargets(anew));
  expect(renewed.match(/^## .*/gm)).toEqual([
    ...['## Targets', '## Growth', '## The ials-64', '## The b', '## The c'],
    '## How it is measured',
  ]);
  expect(renewed).toContain(`| ✗ | ${TARGET}`.replace('✗', '✓'));
  expect(renewed).not.toContain(`| ✗ | ${TARGET}`);
  expect(renewed.match(/on 2026-02-02\./g)).toHaveLength(2);
  expect(renewedReport(renewed, [...anew, added], judgeTargets(anew))).toBe(renewed);
});

test('the picture has a line for every contestant, by its fastest build', () => {
  const growth = (size) => ({ growth: { curve: 'a <list>', size, of: 'items' } });
  const at = (size, factor) =>
    report(
      `top-${size}`,
      [
        row('native', 'native', 1, factor),
        row('node', 'simd', 1, 9 * factor),
        row('node', 'relaxed-threads', 2, 2 * factor),
      ],
      growth(size),
    );
  const svg = growthPicture([report('other', []), at(1000, 0.001), at(100_000, 0.1)]);
  expect(svg.match(/<polyline/g)).toHaveLength(4); // time and memory
  expect(svg).toContain('a &#60;list&#62;');
  expect(svg).not.toMatch(/NaN|Infinity/);
  const heights = [...svg.matchAll(/points="[\d.]+,([\d.]+) [\d.]+,([\d.]+)"/g)].map(
    ([, first, last]) => Number(first) - Number(last),
  );
  expect(heights[0]).toBeGreaterThan(0); // upwards is less in SVG
  expect(heights[1]).toBeCloseTo(heights[0], 0);
  expect(growthPicture([report('other', [])])).toBe('');
});

test('the longest task is one of the page, between its marks', () => {
  const task = (ts, dur, tid = 1, name = 'ThreadControllerImpl::RunTask') => ({
    name,
    ph: 'X',
    pid: 7,
    tid,
    ts,
    dur,
  });
  const mark = (name, ts) => ({ name, ph: 'I', pid: 7, tid: 1, ts });
  const events = [
    task(1, 90_000),
    mark('bench-begin', 10),
    task(20, 4_000),
    task(30, 7_000, 2),
    task(40, 9_000, 1, 'FunctionCall'),
    task(50, 5_000),
    mark('bench-end', 60),
    task(70, 80_000),
  ];
  expect(longestTask(events)).toBeCloseTo(0.005);
  expect(() => longestTask([])).toThrow(/no marks/);
});
