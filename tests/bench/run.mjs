// `npm run bench`: how fast the package is beside the same core compiled for this machine, plain JavaScript and other
// packages.
//
//   node tests/bench/run.mjs [--workload NAME]… [--repetitions N] [--quick | --renew] [--json]
//
// A file in workloads/ exports workloads, a file in contestants/ is a contestant. Progress goes to stderr, the tables
// (with --json one object) to stdout. A run of all workloads writes RESULTS.md and growth.svg anew; with --renew, one of
// some puts their sections and targets into RESULTS.md, and without writes no file. --quick is one round of little data that
// only shows that everything works, and writes none. Exit 1 when a contestant failed or did other work than the rest.
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { ensure } from '../../wasm/toolchain/setup.mjs';
import { ensurePackage } from '../../web/build.mjs';
import { growthPicture } from './growth-picture.mjs';
import { describeMachine } from './machine.mjs';
import { measure } from './measure.mjs';
import { markdownReport, renewedReport, textReport, textTargets } from './report.mjs';
import { describePeaks, measurePeaks, rooflineOf } from './roofline.mjs';
import { judgeTargets } from './targets.mjs';

const USAGE =
  'usage: node tests/bench/run.mjs [--workload NAME]… [--repetitions N] [--quick | --renew] [--json]';
/** In this order in the report; further files come after them. */
const WORKLOAD_FILES = ['training', 'serving', 'text', 'page'];
const PICTURE = 'growth.svg';
const place = (name) => new URL(name, import.meta.url);

const say = (line) => process.stderr.write(`${line}\n`);

class UsageError extends Error {}

function readArguments() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        workload: { type: 'string', multiple: true },
        repetitions: { type: 'string' },
        quick: { type: 'boolean', default: false },
        renew: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const repetitions = values.repetitions === undefined ? undefined : Number(values.repetitions);
  if (repetitions !== undefined && !(Number.isInteger(repetitions) && repetitions >= 1)) {
    throw new UsageError(
      `--repetitions is ${values.repetitions}; expected a whole number of at least 1`,
    );
  }
  const { workload: names, quick, renew, json } = values;
  if (renew && (quick || !names)) {
    throw new UsageError('--renew is of a run of some workloads, and not with --quick');
  }
  return { names, quick, renew, json, repetitions };
}

async function allWorkloads() {
  const files = (await readdir(place('workloads/')))
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -4));
  const ordered = [...WORKLOAD_FILES, ...files.filter((file) => !WORKLOAD_FILES.includes(file))];
  const modules = await Promise.all(ordered.map((file) => import(`./workloads/${file}.mjs`)));
  return modules.flatMap(({ workloads }) => workloads);
}

/** Those asked for, in the order of the report. */
function chosen(workloads, { names, quick }) {
  if (!names) return workloads.filter(({ onlyInFull }) => !(quick && onlyInFull));
  const known = workloads.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no workload "${unknown}"; there are ${known.join(', ')}`);
  }
  return workloads.filter(({ name }) => names.includes(name));
}

/** Bytes that a page downloads, gzipped. */
function downloads() {
  const sizeOf = (file) => gzipSync(readFileSync(place(`../../dist/${file}`)), { level: 9 }).length;
  const files = ['index.js', 'worker.js', 'worker-serving.js', 'worker-training.js'];
  const wasm = ['simd', 'simd-threads', 'relaxed-threads'].flatMap((variant) =>
    ['', '-serving', '-full'].map((kind) => `inkling-${variant}${kind}.wasm`),
  );
  const there = [...files, ...wasm].filter((file) => existsSync(place(`../../dist/${file}`)));
  return Object.fromEntries(there.map((file) => [file, sizeOf(file)]));
}

async function main() {
  const options = readArguments();
  const { names, quick, renew, json } = options;
  const wanted = chosen(await allWorkloads(), options);
  await ensure({ for: 'test', say });
  await ensurePackage(say);

  const peaks = measurePeaks();
  const machine = { ...describeMachine(), ...describePeaks(peaks) };
  const given = process.argv.slice(2);
  const command = ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
  const date = new Date().toISOString().slice(0, 10);
  const folder = await mkdtemp(join(tmpdir(), 'inkling-bench-'));
  const reports = [];
  try {
    for (const workload of wanted) {
      const own = await mkdtemp(join(folder, 'data-'));
      const { versions, ...measured } = await measure(workload, { ...options, folder: own, say });
      await rm(own, { recursive: true });
      const roofline = rooflineOf(measured.work, peaks);
      reports.push({ ...measured, roofline, machine: { ...machine, ...versions }, command, date });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const sizes = downloads();
  const targets = judgeTargets(reports, sizes);
  if (!quick && !names) {
    const more = { targets, downloads: sizes, picture: PICTURE };
    await writeFile(place('RESULTS.md'), markdownReport(reports, more));
    await writeFile(place(PICTURE), growthPicture(reports));
  }
  if (renew) {
    const before = readFileSync(place('RESULTS.md'), 'utf8');
    await writeFile(place('RESULTS.md'), renewedReport(before, reports, targets));
  }
  process.stdout.write(
    json
      ? `${JSON.stringify({ workloads: reports, targets, downloads: sizes })}\n`
      : `${reports.map(textReport).join('\n')}\n${quick ? '' : textTargets(targets)}`,
  );
  if (reports.some(({ failures }) => failures > 0)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  if (error instanceof UsageError) console.error(USAGE);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
