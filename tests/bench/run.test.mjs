import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('run.mjs', import.meta.url));
const bench = (...args) => spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });

test('some workloads run from one end to the other, and all did the same work', () => {
  const names = ['item-neighbors', 'fold-in', 'record', 'seam'];
  const wanted = names.flatMap((name) => ['--workload', name]);
  const { status, stdout, stderr } = bench('--quick', '--json', ...wanted);
  expect(status, stderr).toBe(0);
  const { workloads } = JSON.parse(stdout);
  expect(workloads.map(({ workload }) => workload)).toEqual(names);
  for (const { rows, measures, notes } of workloads) {
    for (const row of rows) {
      for (const [name, { median }] of Object.entries(row.measures)) {
        expect(median, `${row.contestant}: ${name}`).toBeGreaterThan(0);
      }
    }
    const contestants = new Set(rows.map(({ contestant }) => contestant));
    expect(contestants.has('chromium') || notes.length > 0).toBe(true);
    expect(Object.keys(measures).length).toBeGreaterThan(0);
  }
  const [neighbors, foldIn] = workloads;
  expect(neighbors.rows.some(({ contestant }) => contestant === 'javascript-node')).toBe(true);
  for (const { sameLists } of foldIn.rows) expect(sameLists).toBeGreaterThanOrEqual(0.97);
});

test('wrong usage names what there is', () => {
  const unknown = bench('--workload', 'nothing');
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toMatch(/there is no workload "nothing"; there are ials-64,/);
  expect(bench('--repetitions', '0').status).toBe(2);
  expect(bench('--fast').status).toBe(2);
});
