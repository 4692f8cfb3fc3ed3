import { createHash } from 'node:crypto';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { DEFAULT_SEED } from '../engine/training-engine.js';
import { InklingError } from '../errors.js';
import { isOfQuality, modelsFor, smallerIsBetter } from '../selection/metrics.js';
import { ranked, type Trial } from '../selection/search.js';
import { isTunable } from '../selection/search-space.js';
import { type InteractionTable, MODEL_NAMES, type ModelName, SPLIT_NAMES } from '../types.js';
import type { Arguments } from './arguments.js';
import { type Command, printJson, printText } from './command.js';
import {
  ENGINE_OPTIONS,
  engineOptions,
  INTERACTION_OPTIONS,
  interactionOptions,
  JSON_OPTION,
  SEED_OPTION,
  SET_OPTION,
} from './data-options.js';
import { CommandError, fileProblem, UsageError } from './failures.js';
import { checkOutputPath } from './output-file.js';
import { parseSettings } from './settings.js';
import { textTable } from './text-table.js';
import {
  readTable,
  type SearchIdentity,
  settingsCell,
  TABLE_HEADER,
  tableRow,
} from './trials-table.js';

const DEFAULT_BUDGET_SECONDS = 600;
const DEFAULT_MAX_TRIALS = 60;
const DEFAULT_METRIC = 'ndcg@10';
const BEST_SHOWN = 10;

export const tune: Command = {
  command: 'tune',
  summary: 'search for the settings, or the model, that do best on held-out data',
  usage: ['tune --interactions F --model NAME|auto [--set KEY=VALUE …] [--budget SECONDS]'],
  details:
    'Divides the data into a part to train on and a part to validate on, tries the defaults and then\n' +
    'settings drawn at random, and gives the better half of them more passes and more validation users\n' +
    '(successive halving). Each trial is a row of the table --trials; a run that finds the table of an\n' +
    'earlier one goes on from it. Settings given by --set are not searched. Test data is not needed\n' +
    'and should not be given: measure on it once, by evaluate, when all is chosen.',
  options: [
    { name: 'interactions', value: 'F', help: 'training rows: CSV, TSV or NDJSON, plain or .gz' },
    {
      name: 'model',
      value: 'NAME',
      help: `auto, or one of ${MODEL_NAMES.filter(isTunable).join(', ')}`,
    },
    SET_OPTION,
    {
      name: 'metric',
      value: 'NAME',
      help: `what is to be large, or small for rmse and mae (default ${DEFAULT_METRIC})`,
    },
    {
      name: 'validation',
      value: 'NAME',
      help: `how to divide: one of ${SPLIT_NAMES.join(', ')} (default: the last item of each user, or a random tenth where there are no times)`,
    },
    {
      name: 'budget',
      value: 'SECONDS',
      help: `when to stop (default ${DEFAULT_BUDGET_SECONDS})`,
    },
    { name: 'max-trials', value: 'N', help: `at most (default ${DEFAULT_MAX_TRIALS})` },
    { name: 'trials', value: 'F', help: 'table of all trials, CSV (default trials.csv)' },
    SEED_OPTION,
    ...INTERACTION_OPTIONS,
    ...ENGINE_OPTIONS,
    JSON_OPTION,
  ],

  async run(args, work) {
    const wanted = args.choice('model', ['auto', ...MODEL_NAMES.filter(isTunable)]);
    if (wanted === undefined) throw new UsageError('--model is missing; give a name, or auto.');
    const metric = args.text('metric') ?? DEFAULT_METRIC;
    if (!isOfQuality(metric)) {
      throw new UsageError(
        `--metric is ${metric}, which does not say how good a list is; expected one such as ndcg@10, recall@20 or rmse.`,
      );
    }
    const models = modelsFor(wanted as ModelName | 'auto', metric);
    const seed = args.integer('seed', 0) ?? DEFAULT_SEED;
    const budgetSeconds = args.number('budget') ?? DEFAULT_BUDGET_SECONDS;
    if (!(budgetSeconds > 0)) {
      throw new UsageError(`--budget is ${budgetSeconds}; expected seconds, more than 0.`);
    }
    const maxTrials = args.integer('max-trials', 1) ?? DEFAULT_MAX_TRIALS;
    const validation = args.choice('validation', SPLIT_NAMES);
    const fixed = parseSettings(args.all('set'));
    const tablePath = args.text('trials') ?? 'trials.csv';
    const path = args.required('interactions');
    const engineWanted = engineOptions(args);
    interactionOptions(args); // wrong ones are reported before any file is touched
    await checkOutputPath(tablePath);

    const interactions = await work.files.interactions(path);
    const identity: SearchIdentity = {
      data: fingerprint(interactions),
      metric,
      validation: validation ?? 'default',
      seed,
    };
    const known = await openTable(tablePath, identity);
    if (known.length > 0) work.progress.say(`${tablePath}: goes on after ${known.length} trials`);
    const engine = await work.engine.load(engineWanted);
    try {
      const { best, trials } = await engine.choose(interactions, {
        models,
        fixed,
        metric,
        ...(validation && { validation }),
        seed,
        budgetSeconds,
        maxTrials,
        known,
        onTrial: async (trial, fresh) => {
          if (!fresh) return;
          const header = (await sizeOf(tablePath)) === 0 ? TABLE_HEADER : '';
          await appendFile(tablePath, header + tableRow(trial, identity));
        },
        onProgress: work.progress.on(`tuning ${wanted}`),
        signal: work.signal,
      });
      const command = trainCommand(path, best, seed, args);
      if (args.has('json')) {
        const { model, settings, value } = best;
        printJson(work, { model, settings, metric, value, trials: trials.length, command });
      } else {
        printText(work, `${bestTable(trials, metric)}\n${command}\n`);
      }
    } finally {
      engine.dispose();
    }
  },
};

/** Of the rows as they were read: another file or other columns give another one. */
function fingerprint(table: InteractionTable): string {
  const hash = createHash('sha256');
  for (const part of [table.users, table.items, table.values, table.timestamps]) {
    hash.update(part ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength) : 'none');
  }
  hash.update(JSON.stringify([table.userIds, table.itemIds]));
  return hash.digest('hex').slice(0, 16);
}

/** Bytes of a file; 0 where there is none. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

/** The trials that a table has; none where there is no file. */
async function openTable(path: string, identity: SearchIdentity): Promise<Trial[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new CommandError(`${path}: ${fileProblem(error)}.`, { cause: error });
    }
    return [];
  }
  try {
    const trials = readTable(text, identity);
    // What an interrupted run left of its last row goes.
    await writeFile(path, text.slice(0, text.lastIndexOf('\n') + 1));
    return trials;
  } catch (error) {
    if (error instanceof InklingError) throw new CommandError(`${path}: ${error.message}.`);
    throw error;
  }
}

function trainCommand(path: string, best: Trial, seed: number, args: Arguments): string {
  const settings = settingsCell(best.settings);
  const reading = INTERACTION_OPTIONS.flatMap(({ name, value }) =>
    args.has(name)
      ? [value === undefined ? `--${name}` : `--${name} ${quoted(args.text(name))}`]
      : [],
  );
  return [
    `inkling train --interactions ${quoted(path)}`,
    ...reading,
    `--model ${best.model}`,
    ...(settings === '' ? [] : [`--set ${settings}`]),
    `--seed ${seed} --out model.safetensors`,
  ].join(' ');
}

function quoted(text = ''): string {
  return /^[\w./:,@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function bestTable(trials: readonly Trial[], metric: string): string {
  const done = ranked(trials, !smallerIsBetter(metric)).slice(0, BEST_SHOWN);
  return textTable(
    [
      ['trial', metric, 'share', 'seconds', 'model', 'settings'],
      ...done.map((trial) => [
        String(trial.trial),
        (trial.value as number).toFixed(4),
        String(trial.fidelity),
        trial.seconds.toFixed(1),
        trial.model,
        settingsCell(trial.settings) || '(defaults)',
      ]),
    ],
    [0, 1, 2, 3],
  );
}
