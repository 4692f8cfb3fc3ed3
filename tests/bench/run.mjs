// `npm run bench`: how fast the package is beside the same core compiled for this machine.
//
//   node tests/bench/run.mjs [--workload NAME]… [--repetitions N] [--quick] [--json]
//
// A file in workloads/ is a workload, a file in contestants/ is a contestant. Progress goes to
// stderr, the table (with --json one object) to stdout; RESULTS.md is written anew. --quick is one
// short round that only shows that everything works, and writes no file.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensure } from '../../wasm/toolchain/setup.mjs';
import { ensurePackage } from '../../web/build.mjs';
import { describeMachine } from './machine.mjs';
import { pack } from './programs/interaction-arrays.mjs';
import { markdownReport, textReport } from './report.mjs';
import { runRounds } from './rounds.mjs';
import { checkQuality, summarize } from './summary.mjs';

/**
 * @typedef {object} Task what is given to Recommender.evaluate besides the data
 * @property {string} model
 * @property {Record<string, number>} settings
 * @property {string[]} metrics
 * @property {number} seed
 *
 * @typedef {object} Workload what a file in workloads/ exports
 * @property {string} title
 * @property {{ metric: string, difference: number }} tolerance
 * @property {string} whatBoundsIt
 * @property {(options: { quick: boolean }) => Promise<LoadedWorkload>} load
 *
 * @typedef {object} LoadedWorkload
 * @property {string} description of the data
 * @property {import('./programs/interaction-arrays.mjs').BenchData} data
 * @property {Task} task
 * @property {number} flops of one training
 *
 * @typedef {{ variant: string, threads: number }} Build
 * @typedef {{ seconds: { train: number }, metrics: Record<string, number> }} Run
 *
 * @typedef {object} Opened
 * @property {string} [missing] why this contestant cannot run here; the rest is then left out
 * @property {Record<string, string>} versions
 * @property {Build[]} builds
 * @property {(build: Build) => Promise<Run>} run
 * @property {() => Promise<void>} close
 *
 * @callback OpenContestant what a file in contestants/ exports as `open`
 * @param {{ file: string, task: Task, threads: readonly number[] }} options file: packed data
 * @returns {Promise<Opened>}
 */

const USAGE =
  'usage: node tests/bench/run.mjs [--workload NAME]… [--repetitions N] [--quick] [--json]';
const THREADS = [1, 2];
const CONTESTANTS = ['native', 'node', 'chromium'];
const RESULTS = new URL('RESULTS.md', import.meta.url);

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
        json: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const { workload: workloads, quick, json } = values;
  const repetitions = Number(values.repetitions ?? (quick ? 1 : 3));
  if (!Number.isInteger(repetitions) || repetitions < 1) {
    throw new UsageError(
      `--repetitions is ${values.repetitions}; expected a whole number of at least 1`,
    );
  }
  return { workloads, quick, json, repetitions, warmUp: quick ? 0 : 1 };
}

/** Names of the modules in a folder beside this file. */
async function modulesIn(folder) {
  const files = await readdir(new URL(`${folder}/`, import.meta.url));
  return files
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -4))
    .sort();
}

/** Opens all contestants, runs them against each other, and closes them. */
async function measure(name, options, folder) {
  /** @type {Workload} */
  const workload = await import(`./workloads/${name}.mjs`);
  say(`${name}: reading the data`);
  const { data, task, description, flops } = await workload.load(options);
  const file = join(folder, name);
  await writeFile(file, pack(data));

  const notes = [];
  const opened = [];
  try {
    for (const contestant of await contestantNames()) {
      const { open } = await import(`./contestants/${contestant}.mjs`);
      const result = await open({ file, task, threads: THREADS });
      if (result.missing) notes.push(`${contestant} is left out: ${result.missing}`);
      else opened.push({ contestant, ...result });
    }
    const entries = opened.flatMap(({ contestant, builds, run }) =>
      builds.map((build) => ({ contestant, ...build, run: () => run(build) })),
    );
    const { runs, busy } = await runRounds(entries, { ...options, say });
    checkQuality(entries, runs, workload.tolerance);
    const { title, whatBoundsIt } = workload;
    const versions = Object.assign({}, ...opened.map((each) => each.versions));
    const rows = summarize(entries, runs, flops);
    return { workload: name, title, description, whatBoundsIt, task, versions, busy, notes, rows };
  } finally {
    for (const { close } of opened) await close();
  }
}

/** The known ones in their order, then whatever else is there. */
async function contestantNames() {
  const found = await modulesIn('contestants');
  return [...CONTESTANTS, ...found.filter((name) => !CONTESTANTS.includes(name))];
}

async function main() {
  const options = readArguments();
  const known = await modulesIn('workloads');
  const wanted = options.workloads ?? known;
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown) {
    throw new UsageError(`there is no workload "${unknown}"; there are ${known.join(', ')}`);
  }
  await ensure({ for: 'test', say });
  await ensurePackage(say);

  const machine = describeMachine();
  const given = process.argv.slice(2);
  const command = ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
  const folder = await mkdtemp(join(tmpdir(), 'inkling-bench-'));
  const reports = [];
  try {
    for (const name of wanted) {
      const { versions, ...measured } = await measure(name, options, folder);
      const { repetitions, warmUp } = options;
      reports.push({
        ...measured,
        machine: { ...machine, ...versions },
        command,
        date: new Date().toISOString().slice(0, 10),
        repetitions,
        warmUp,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (!options.quick) await writeFile(RESULTS, markdownReport(reports));
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ workloads: reports })}\n`
      : reports.map(textReport).join('\n'),
  );
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  if (error instanceof UsageError) console.error(USAGE);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
