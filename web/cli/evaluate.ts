import { rowsTellTime } from '../catalog/row-order.js';
import {
  type EvaluateOptions,
  type EvaluateResult,
  FACTOR_STORAGES,
  type MetricDifference,
  MODEL_NAMES,
  SPLIT_NAMES,
  type SplitName,
} from '../types.js';
import type { Arguments } from './arguments.js';
import { CHECKPOINT_OPTION, Checkpoint, keptIn } from './checkpoint.js';
import { type Command, printJson, printText } from './command.js';
import {
  ENGINE_OPTIONS,
  engineOptions,
  INTERACTION_OPTIONS,
  interactionOptions,
  JSON_OPTION,
  STORAGE_OPTION,
  TRAINING_OPTIONS,
  trainingOptions,
} from './data-options.js';
import { UsageError } from './failures.js';
import { RERANK_OPTION, rerankOption } from './rerank-option.js';
import { parseSettings } from './settings.js';
import { TEXT_OPTIONS, textOptions } from './text-options.js';
import { textTable } from './text-table.js';
import { settingsCell } from './trials-table.js';
import { readVectors, VECTOR_OPTIONS, vectorOptions } from './vector-options.js';

const SPLITS = SPLIT_NAMES;

export const evaluate: Command = {
  command: 'evaluate',
  summary: 'train on one part of the data and measure on the other',
  usage: [
    'evaluate --train F --test F [--negatives F] --model NAME --metrics NAMES',
    `evaluate --interactions F --split ${SPLITS.join('|')} --model NAME --metrics NAMES`,
  ],
  details:
    "Ranks for every test user all items not in the user's training rows, or the test items and\n" +
    "the user's row of --negatives (user,item,item,…), and averages over the test users. Behind each\n" +
    'figure stands its 95 % interval, from resampling the test users. With --baseline a second model\n' +
    'is measured on the same users, and the differences are shown with their p (how often chance\n' +
    'alone would make one at least as large). With --rerank lists are measured as they are re-ranked,\n' +
    "the baseline's as they are: --baseline with the same model shows what that does.",
  options: [
    { name: 'train', value: 'F', help: 'training rows: CSV, TSV or NDJSON, plain or .gz' },
    { name: 'test', value: 'F', help: 'test rows' },
    { name: 'negatives', value: 'F', help: 'candidates of every test user besides the test items' },
    { name: 'interactions', value: 'F', help: 'one file, to be split' },
    { name: 'split', value: 'NAME', help: `one of ${SPLITS.join(', ')} (default leave-one-out)` },
    {
      name: 'test-fraction',
      value: 'X',
      help: 'share of the data, or of the users, held out (default 0.2)',
    },
    { name: 'items', value: 'F', help: 'items: JSON, NDJSON, CSV or TSV, plain or .gz' },
    ...TEXT_OPTIONS,
    ...VECTOR_OPTIONS,
    ...TRAINING_OPTIONS,
    {
      name: 'metrics',
      value: 'NAMES',
      help:
        'recall@20,ndcg@20,hit_rate@10 (the default); also recall_capped, precision, f1, mrr, map, ' +
        'novelty, diversity, popularity_bias, exposure_ratio, coverage, gini, and with --items ' +
        'intra_list_distance, topic_entropy, calibration_kl, serendipity @k; auc, rmse, mae',
    },
    {
      name: 'topics',
      value: 'FIELD',
      help: 'what tells, of the items, what they are about (default tags)',
    },
    RERANK_OPTION,
    { name: 'baseline', value: 'NAME', help: 'a model to compare with, trained on the same data' },
    {
      name: 'baseline-set',
      value: 'KEY=VALUE …',
      multiple: true,
      help: 'settings of the baseline',
    },
    STORAGE_OPTION,
    CHECKPOINT_OPTION,
    {
      name: 'known-items-only',
      help: 'leave test rows out whose items are not in the training rows, else misses',
    },
    {
      name: 'history-events',
      value: 'N',
      help: 'know each test user by no more than the newest N items, as one knows a newcomer',
    },
    {
      name: 'person-factors',
      value: 'fold_in|tuned',
      help: 'tuned: sasrec and gru also learn from each test user, as by open({personFactors})',
    },
    {
      name: 'sampled-negatives',
      value: 'N',
      help: "rank only the test items and N others, drawn from what the user has not met, as many papers' figures do",
    },
    ...INTERACTION_OPTIONS,
    ...ENGINE_OPTIONS,
    JSON_OPTION,
  ],

  async run(args, work) {
    const options = trainingOptions(args);
    const metrics = args.list('metrics');
    const storage = args.choice('storage', FACTOR_STORAGES);
    const baseline = baselineOption(args);
    const engineWanted = engineOptions(args);
    const rerank = rerankOption(args);
    const topics = args.text('topics');
    const texts = await textOptions(args);
    interactionOptions(args); // wrong ones are reported before any file is touched
    const data = dataOptions(args);
    const checkpoint = await Checkpoint.from(args, work, options.model);
    if (checkpoint && baseline) {
      throw new UsageError('--checkpoint keeps one training; leave --baseline out.');
    }
    const negativesPath = args.text('negatives');
    const itemsPath = args.text('items');
    const historyEvents = args.integer('history-events', 1);
    const personFactors = args.choice('person-factors', ['fold_in', 'tuned'] as const);
    const sampledNegatives = args.integer('sampled-negatives', 1);
    if (sampledNegatives !== undefined && negativesPath !== undefined) {
      throw new UsageError('--sampled-negatives is given with --negatives; give one of the two.');
    }
    const models = baseline ? [options.model, baseline.model] : [options.model];
    const vectorFile = await vectorOptions(args, work, models);

    const tables =
      'train' in data
        ? {
            train: await work.files.interactions(data.train),
            test: await work.files.interactions(data.test),
          }
        : {
            interactions: await work.files.interactions(data.interactions),
            split: data.split,
            ...(data.testFraction !== undefined && { testFraction: data.testFraction }),
          };
    if ('interactions' in tables && !rowsTellTime(tables.interactions)) {
      work.progress.say(
        `${args.text('interactions')}: no timestamps, and the rows are sorted by item: which rows of a user are held out is drawn at random`,
      );
    }
    const negatives =
      negativesPath === undefined ? undefined : await work.files.negatives(negativesPath);
    if (negatives && 'test' in tables) {
      const listed = new Set(negatives.map((row) => row.user));
      const without = tables.test.userIds.filter((user) => !listed.has(user)).length;
      if (without > 0) {
        work.progress.say(
          `${negativesPath}: ${without} test users have no row: only their own test items are ranked, which raises the figures`,
        );
      }
    }
    const items = itemsPath === undefined ? undefined : await work.files.items(itemsPath);
    const logs = 'train' in tables ? [tables.train, tables.test] : [tables.interactions];
    const vectors = vectorFile && (await readVectors(vectorFile, args, work, items, logs));
    const engine = await work.engine.load(engineWanted);
    engine.texts = texts;
    try {
      const evaluation: Parameters<typeof engine.evaluate>[0] = {
        ...options,
        ...(storage && { storage }),
        ...tables,
        ...(negatives && { negatives }),
        ...(items && { items }),
        ...(vectors && { vectors }),
        ...(metrics && { metrics }),
        ...(baseline && { baseline }),
        ...(rerank && { rerank }),
        ...(topics !== undefined && { topics }),
        ...(args.has('known-items-only') && { knownItemsOnly: true }),
        ...(historyEvents !== undefined && { historyEvents }),
        ...(personFactors && { personFactors }),
        ...(sampledNegatives !== undefined && { sampledNegatives }),
        ...checkpoint?.options(),
        onProgress: (progress) => {
          work.progress.on(`${progress.phase} ${progress.model ?? options.model}`)(progress);
          checkpoint?.take(progress);
        },
        signal: work.signal,
      };
      const result = await keptIn(checkpoint, work.signal, () => engine.evaluate(evaluation));
      if (args.has('json')) printJson(work, result);
      else printText(work, resultTable(result));
    } finally {
      engine.dispose();
    }
  },
};

function baselineOption(args: Arguments): EvaluateOptions['baseline'] {
  const model = args.choice('baseline', MODEL_NAMES);
  const settings = parseSettings(args.all('baseline-set'), '--baseline-set');
  if (model !== undefined) return { model, settings };
  if (!args.has('baseline-set')) return undefined;
  throw new UsageError(
    '--baseline-set is given without --baseline NAME; name the model it is for.',
  );
}

type DataOptions =
  | { train: string; test: string }
  | { interactions: string; split: SplitName; testFraction?: number };

function dataOptions(args: Arguments): DataOptions {
  const split = args.choice('split', SPLITS);
  const testFraction = args.number('test-fraction');
  if (testFraction !== undefined && !(testFraction > 0 && testFraction < 1)) {
    throw new UsageError(
      `--test-fraction is ${testFraction}; expected a number above 0 and below 1.`,
    );
  }
  if (args.has('interactions')) {
    if (args.has('train') || args.has('test')) {
      throw new UsageError(
        '--interactions is given together with --train or --test; give either one file to split, ' +
          'or both parts.',
      );
    }
    return {
      interactions: args.required('interactions'),
      split: split ?? 'leave-one-out',
      ...(testFraction !== undefined && { testFraction }),
    };
  }
  if (!args.has('train') && !args.has('test')) {
    throw new UsageError(
      'No data is given; expected --train F and --test F, or --interactions F and --split NAME.',
    );
  }
  for (const name of ['split', 'test-fraction']) {
    if (!args.has(name)) continue;
    throw new UsageError(
      `--${name} is given with --train and --test, which are split already; leave it out, ` +
        'or give --interactions.',
    );
  }
  return { train: args.required('train'), test: args.required('test') };
}

function resultTable(result: EvaluateResult): string {
  const { baseline, differences, metrics, users, items, interactions } = result;
  const measured = baseline ? [result, baseline] : [result];
  const seconds = (phase: 'train' | 'evaluate') =>
    measured.map((each) => `${each.seconds[phase].toFixed(2)} s`);
  return textTable([
    ['model', ...measured.map((each) => each.model), ...(differences ? ['difference', 'p'] : [])],
    ...Object.keys(metrics).map((name) => [
      name,
      ...measured.map((each) => figure(each.metrics[name], each.intervals[name])),
      ...(differences ? differenceCells(differences[name]) : []),
    ]),
    ...(result.chosen
      ? [['chosen', [result.chosen.model, settingsCell(result.chosen.settings)].join(' ').trim()]]
      : []),
    ['train', ...seconds('train')],
    ['evaluate', ...seconds('evaluate')],
    ['test users', String(result.test_users)],
    ['users', String(users)],
    ['items', String(items)],
    ['interactions', String(interactions)],
  ]);
}

function figure(value = Number.NaN, interval?: readonly [number, number]): string {
  if (!interval) return value.toFixed(4);
  return `${value.toFixed(4)} [${interval.map((end) => end.toFixed(3)).join(', ')}]`;
}

function differenceCells(difference: MetricDifference | undefined): string[] {
  if (!difference) return [];
  const { mean, low, high, p } = difference;
  const text = figure(mean, low !== undefined && high !== undefined ? [low, high] : undefined);
  return [mean > 0 ? `+${text}` : text, p?.toFixed(4) ?? ''];
}
