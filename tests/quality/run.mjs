// `npm run quality`: measures the whole table by the command line and writes RESULTS.md beside this file.
// `npm run quality -- ncf ials` measures only rows whose set, model and settings have all these words, and writes nothing.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { ensurePackage } from '../../web/build.mjs';
import { dataSets, printable, root, scratch } from './data-sets.mjs';
import * as exploration from './exploration.mjs';
import * as fairness from './fairness.mjs';
import * as feedbackLoop from './feedback-loop.mjs';
import * as headlines from './headlines.mjs';
import * as interests from './interests.mjs';
import * as newcomers from './newcomers.mjs';
import * as online from './online.mjs';
import * as personFactors from './person-factors.mjs';
import { report } from './report.mjs';
import * as sequences from './sequences.mjs';
import { ROWS } from './table.mjs';
import * as tradeOffs from './trade-offs.mjs';

const SEED = 1;
/** What takes more than a row of the table. */
const EXPERIMENTS = [
  headlines,
  newcomers,
  online,
  personFactors,
  feedbackLoop,
  tradeOffs,
  fairness,
  exploration,
  sequences,
  interests,
];
const words = process.argv.slice(2);

const inkling = (args, flags = []) =>
  spawnSync(process.execPath, [...flags, join(root, 'dist', 'cli.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
await ensurePackage();
const sets = dataSets();
const wanted = ROWS.filter(({ set, model, settings }) =>
  words.every((word) => `${set} ${model} ${settings}`.includes(word)),
);
const absent = [...new Set(wanted.map(({ set }) => set))].filter((set) => !sets[set].here);
for (const set of absent) console.log(`${set}: the data is not there; its rows are left out`);

const results = [];
for (const row of wanted.filter(({ set }) => sets[set].here)) {
  const { set, model, settings, metrics, least } = row;
  const args = [
    'evaluate',
    ...sets[set].args,
    '--model',
    model,
    ...(settings ? ['--set', ...settings.split(' ')] : []),
    '--metrics',
    metrics,
    '--seed',
    String(SEED),
    '--json',
  ];
  const run = inkling(args);
  const command = `inkling ${printable(args)}`;
  const result = run.status === 0 ? JSON.parse(run.stdout) : null;
  const failure = result ? '' : (/^error: .*$/m.exec(run.stderr)?.[0] ?? run.stderr.slice(-400));
  const figures = result ? Object.values(result.metrics) : [];
  const smaller = metrics.startsWith('rmse');
  const reached =
    least && result
      ? least.every(
          (bound, m) => bound === null || (smaller ? figures[m] <= bound : figures[m] >= bound),
        )
      : null;
  results.push({ ...row, command, result, failure, reached });
  const shown = result ? figures.map((figure) => figure.toFixed(4)).join(' / ') : failure;
  const seconds = result
    ? ` in ${(result.seconds.train + result.seconds.evaluate).toFixed(1)} s`
    : '';
  console.log(
    `${set}: ${model} ${settings}: ${shown}${seconds}${reached === false ? '  BELOW its floor' : ''}`,
  );
}

/** The result of a command that must succeed; flags are Node's. */
function evaluate(args, flags) {
  const command = ['evaluate', ...args, '--seed', String(SEED), '--json'];
  const { status, stdout, stderr } = inkling(command, flags);
  if (status !== 0) throw new Error(`inkling evaluate ${printable(args)}:\n${stderr.slice(-400)}`);
  return JSON.parse(stdout);
}

/** Trains by a command that must succeed, and gives it back to be printed. */
function train(args) {
  const { status, stderr } = inkling(['train', ...args, '--seed', String(SEED)]);
  const command = `inkling train ${printable(args)} --seed ${SEED}`;
  if (status !== 0) throw new Error(`${command}:\n${stderr.slice(-400)}`);
  return command;
}

const sections = [];
for (const { name, measure } of EXPERIMENTS) {
  if (!words.every((word) => name.includes(word))) continue;
  const folder = words.length === 0 ? join(root, 'tests', 'quality') : scratch;
  const section = await measure({ sets, evaluate, train, folder, seed: SEED, say: console.log });
  if (section === null) console.log(`${name}: the data is not there`);
  else if (words.length > 0) console.log(section);
  else sections.push(section);
}

if (words.length === 0) {
  const machine = `${cpus()[0].model}, ${availableParallelism()} processors, Node ${process.version}`;
  writeFileSync(
    join(root, 'tests', 'quality', 'RESULTS.md'),
    report(results, sets, { machine, seed: SEED, absent, sections }),
  );
  console.log('tests/quality/RESULTS.md: written');
}
if (results.some(({ reached, result }) => reached === false || result === null))
  process.exitCode = 1;
