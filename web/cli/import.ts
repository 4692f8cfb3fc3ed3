import type { Engine } from '../engine/engine.js';
import { historyOf } from '../engine/history.js';
import type { TrainedModel } from '../engine/trained-model.js';
import { InklingError } from '../errors.js';
import { namedColumns } from '../import/id-list.js';
import {
  type ImportedFactors,
  importFactors,
  TRAINERS,
  type TrainerName,
} from '../import/import-factors.js';
import type { TrainingFacts } from '../import/item-factors.js';
import { type NamedFactors, nameFactors } from '../import/named-factors.js';
import type { FactorFormat } from '../import/read-item-factors.js';
import { FACTOR_STORAGES } from '../types.js';
import type { Arguments } from './arguments.js';
import { type Command, printJson, printText, type Workplace } from './command.js';
import { ENGINE_OPTIONS, engineOptions, JSON_OPTION, STORAGE_OPTION } from './data-options.js';
import { UsageError } from './failures.js';
import { importNetwork, WEIGHTS_OPTIONS } from './import-weights.js';
import { countsOf } from './item-counts.js';
import { checkOutputPath, modelFileOf, writeWholeFile } from './output-file.js';

export const importCommand: Command = {
  command: 'import',
  summary: 'make a model file from item factors or a transformer trained elsewhere',
  usage: [
    'import --item-factors SPARK-FOLDER --trained-with spark --regularization N --alpha N\n' +
      '      [--item-ids F] --out M.safetensors',
    'import --item-factors implicit.npz --item-ids F --out M.safetensors',
    'import --item-factors F.npy|F.safetensors --item-ids F --trained-with NAME\n' +
      '      --regularization N --alpha N [--unobserved-weight N] --out M.safetensors',
    'import --weights SASREC.safetensors --item-ids F --norm NAME --padding NAME\n' +
      '      [--num-heads N] --out M.safetensors',
  ],
  details:
    "Of item factors, the model is ials. A person is folded in by the problem that the factors were trained on, so name it:\nspark is MLlib's ALS with implicitPrefs, implicit is AlternatingLeastSquares of the Python package,\ninkling is our own. An event of weight 1, such as a like, counts as a training value of 1.",
  options: [
    {
      name: 'item-factors',
      value: 'F',
      help: "a folder of Spark's, .parquet, .npz, .npy or .safetensors",
    },
    {
      name: 'item-ids',
      value: 'F',
      help:
        'the ids: one a line, a JSON array, or CSV with index,id where the first index is 0 (of SASRec.pytorch, ' +
        'which counts items from 1, that of item 1); plain or .gz',
    },
    {
      name: 'columns',
      value: 'NAMES',
      help: 'columns of --item-ids in order: index,id (_ skips one)',
    },
    { name: 'tensor', value: 'NAME', help: 'which tensor of a .safetensors file' },
    {
      name: 'trained-with',
      value: 'NAME',
      help: `one of ${TRAINERS.join(', ')} (implicit for its own .npz)`,
    },
    { name: 'regularization', value: 'N', help: 'as in training: regParam of Spark' },
    { name: 'alpha', value: 'N', help: 'as in training; 1 for inkling' },
    { name: 'unobserved-weight', value: 'N', help: 'as in training; for inkling only' },
    { name: 'item-counts', value: 'F', help: 'CSV with id,count: how many users met each item' },
    ...WEIGHTS_OPTIONS,
    { name: 'out', value: 'M', help: 'where to write the model file' },
    STORAGE_OPTION,
    ...ENGINE_OPTIONS,
    JSON_OPTION,
  ],

  async run(args, work) {
    if (args.has('weights')) return importNetwork(args, work);
    const wrong = WEIGHTS_OPTIONS.find(({ name }) => args.has(name));
    if (wrong) throw new UsageError(`--${wrong.name} is about --weights, which is not given.`);
    const path = args.required('item-factors');
    const out = args.required('out');
    const given = givenProblem(args);
    const columns = args.list('columns');
    if (columns) namedColumns(columns, ['id']); // throws what is wrong with them
    const storage = args.choice('storage', FACTOR_STORAGES);
    const engineWanted = engineOptions(args);
    const format = await work.files.factorFormat(path);
    checkOptions(args, given, format);
    await checkOutputPath(out);

    const started = performance.now();
    const named = await namedFactors(args, work, path, format);
    const config = problem(given, named.training, path);
    const itemCounts = await countsOf(args, work, named.itemIds);
    const engine = await work.engine.load(engineWanted);
    try {
      const model = importFactors(engine, { ...named, itemCounts, config });
      try {
        await tryFoldIn(work, engine, model, config, path);
        const bytes = modelFileOf(engine, model, storage, out);
        work.signal.throwIfAborted();
        await writeWholeFile(out, bytes);
        const result = {
          model: model.name,
          out,
          bytes: bytes.length,
          items: named.itemIds.length,
          num_factors: named.numFactors,
          ...config,
          seconds: (performance.now() - started) / 1000,
          variant: engine.variant,
          threads: engine.threads,
        };
        if (args.has('json')) printJson(work, result);
        else {
          printText(
            work,
            `${out}: ${model.name} for ${result.items} items, ${result.num_factors} factors, ` +
              `${bytes.length} bytes\n`,
          );
        }
      } finally {
        model.dispose();
      }
    } finally {
      engine.dispose();
    }
  },
};

/**
 * Folds someone in who likes one item: better that it fails here than on people's devices.
 *
 * @throws InklingError `not_finite`
 */
async function tryFoldIn(
  work: Workplace,
  engine: Engine,
  model: TrainedModel,
  { regularization }: ImportedFactors['config'],
  path: string,
): Promise<void> {
  const ranker = await work.engine.ranker(engine, { model });
  try {
    const item = model.itemIds[0] as string;
    const liked = historyOf([{ item, type: 'like' }]).items();
    await ranker.recommend(liked, { k: 1, explain: false });
  } catch (cause) {
    if (!(cause instanceof InklingError) || cause.code !== 'not_finite') throw cause;
    throw new InklingError(
      'not_finite',
      `${path}: nobody can be folded in, for the factors depend on each other too closely for float32 ` +
        `and a regularization of ${regularization}; train with fewer factors or more regularization.`,
      { cause },
    );
  } finally {
    ranker.dispose();
  }
}

/** What the command line says of the training. */
interface GivenProblem {
  trainedWith: TrainerName | undefined;
  regularization: number | undefined;
  alpha: number | undefined;
  unobservedWeight: number | undefined;
}

function givenProblem(args: Arguments): GivenProblem {
  return {
    trainedWith: args.choice('trained-with', TRAINERS),
    regularization: positive(args, 'regularization'),
    alpha: positive(args, 'alpha'),
    unobservedWeight: positive(args, 'unobserved-weight'),
  };
}

function positive(args: Arguments, name: string): number | undefined {
  const number = args.number(name);
  const single = number === undefined ? 1 : Math.fround(number);
  if (single > 0 && Number.isFinite(single)) return number;
  throw new UsageError(`--${name} is ${args.text(name)}; expected a number above 0.`);
}

/** What can be seen to be missing, or too much, before any file is read. */
function checkOptions(args: Arguments, given: GivenProblem, format: FactorFormat): void {
  const trainedWith = given.trainedWith ?? (format === 'npz' ? 'implicit' : undefined);
  if (trainedWith === undefined) {
    throw new UsageError(
      `--trained-with is missing; expected one of ${TRAINERS.join(', ')}, since a person is folded in ` +
        'by the problem that the factors were trained on.',
    );
  }
  const needed: (keyof GivenProblem)[] =
    trainedWith === 'inkling'
      ? ['regularization', 'unobservedWeight']
      : format === 'npz' && trainedWith === 'implicit'
        ? []
        : ['regularization', 'alpha'];
  const missing = needed.find((name) => given[name] === undefined);
  if (missing !== undefined) throw missingNumber(missing, trainedWith);
  if (trainedWith !== 'inkling' && given.unobservedWeight !== undefined) {
    throw new UsageError(`--unobserved-weight is for inkling; with ${trainedWith} it is always 1.`);
  }
  if (format !== 'parquet' && !args.has('item-ids')) {
    throw new UsageError(
      '--item-ids is missing; only Parquet files have ids in them: one id a line, in the order of the ' +
        'rows.',
    );
  }
  if (args.has('columns') && !args.has('item-ids')) {
    throw new UsageError('--columns is about --item-ids, which is not given.');
  }
  if (args.has('tensor') && format !== 'safetensors') {
    throw new UsageError('--tensor is for .safetensors files.');
  }
}

function missingNumber(name: keyof GivenProblem, trainedWith: TrainerName): UsageError {
  const option = name === 'unobservedWeight' ? 'unobserved-weight' : name;
  return new UsageError(
    `--${option} is missing; give the one that ${trainedWith} was trained with, or everyone is folded ` +
      'in by another problem.',
  );
}

/** The whole problem, from the command line and what the file itself says. */
function problem(
  given: GivenProblem,
  told: TrainingFacts | undefined,
  path: string,
): ImportedFactors['config'] {
  const trained_with = given.trainedWith ?? 'implicit';
  const facts = trained_with === 'implicit' ? (told ?? {}) : {};
  const number = (name: 'regularization' | 'alpha'): number => {
    const [option, fact] = [given[name], facts[name]];
    if (option !== undefined && fact !== undefined && Math.fround(option) !== Math.fround(fact)) {
      throw new UsageError(`--${name} is ${option}, but ${path} says ${fact}; leave it out.`);
    }
    const value =
      option ?? fact ?? (trained_with === 'inkling' && name === 'alpha' ? 1 : undefined);
    if (value === undefined) throw missingNumber(name, trained_with);
    if (Math.fround(value) > 0 && Number.isFinite(Math.fround(value))) return value;
    throw new InklingError(
      'invalid_factors',
      `${path}: ${name} is ${value}; expected a number above 0: without, least squares may have no solution.`,
    );
  };
  return {
    trained_with,
    regularization: number('regularization'),
    alpha: number('alpha'),
    unobserved_weight: given.unobservedWeight ?? 1,
  };
}

async function namedFactors(
  args: Arguments,
  work: Workplace,
  path: string,
  format: FactorFormat,
): Promise<NamedFactors & { training: TrainingFacts | undefined }> {
  const idsPath = args.text('item-ids');
  const ids = idsPath === undefined ? null : await work.files.ids(idsPath, args.list('columns'));
  const factors = await work.files.itemFactors(path, format, args.text('tensor'));
  const named = nameFactors(factors, ids);
  const unused = (ids?.size ?? 0) - named.itemIds.length;
  if (unused > 0) work.progress.say(`${idsPath}: ${unused} of the ids have no factors.`);
  return { ...named, training: factors.training };
}
