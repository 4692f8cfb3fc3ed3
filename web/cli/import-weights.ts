import { importWeights, itemsOfWeights, NORMS, PADDINGS } from '../import/import-weights.js';
import { nameFactors } from '../import/named-factors.js';
import { FACTOR_STORAGES } from '../types.js';
import type { Arguments, OptionSpec } from './arguments.js';
import { printJson, printText, type Workplace } from './command.js';
import { engineOptions } from './data-options.js';
import { UsageError } from './failures.js';
import { countsOf } from './item-counts.js';
import { checkOutputPath, modelFileOf, writeWholeFile } from './output-file.js';

const DEFAULT_EPSILON = 1e-8;

export const WEIGHTS_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'weights',
    value: 'F',
    help: 'a .safetensors file of a whole transformer: the model is then sasrec',
  },
  { name: 'num-heads', value: 'N', help: 'of --weights: heads of attention (default 1)' },
  {
    name: 'norm',
    value: 'NAME',
    help: `of --weights: where blocks normalize: ${NORMS.join(', ')}`,
  },
  {
    name: 'padding',
    value: 'NAME',
    help: `of --weights: rows before a short sequence: ${PADDINGS.join(', ')}`,
  },
  {
    name: 'positions-from-end',
    help: 'of --weights: the newest item has the last position, as in SASRec.pytorch',
  },
  { name: 'epsilon', value: 'N', help: 'of --weights: of layer normalization (default 1e-8)' },
];

const FACTORS_ONLY = [
  ...['item-factors', 'tensor', 'trained-with'],
  ...['regularization', 'alpha', 'unobserved-weight'],
];

/** What `import` does with `--weights`. */
export async function importNetwork(args: Arguments, work: Workplace): Promise<void> {
  const path = args.required('weights');
  const idsPath = args.required('item-ids');
  const out = args.required('out');
  const wrong = FACTORS_ONLY.find((name) => args.has(name));
  if (wrong !== undefined) {
    throw new UsageError(`--${wrong} is about item factors alone; leave it out with --weights.`);
  }
  const norm = args.choice('norm', NORMS);
  const padding = args.choice('padding', PADDINGS);
  if (norm === undefined || padding === undefined) {
    throw new UsageError(
      `--${norm === undefined ? 'norm' : 'padding'} is missing; the weights do not tell it. Of ` +
        'SASRec.pytorch: before and kept for --norm_first since May 2025, after and kept without, ' +
        'query and kept from June 2024 on, query and zeroed until then.',
    );
  }
  const layout = {
    num_heads: args.integer('num-heads', 1) ?? 1,
    norm,
    padding,
    positions_from_end: args.has('positions-from-end'),
    epsilon: args.number('epsilon') ?? DEFAULT_EPSILON,
  };
  const storage = args.choice('storage', FACTOR_STORAGES);
  const engineWanted = engineOptions(args);
  await checkOutputPath(out);

  const started = performance.now();
  const weights = await work.files.modelFile(path);
  const ids = await work.files.ids(idsPath, args.list('columns'));
  const engine = await work.engine.load(engineWanted);
  try {
    const rows = itemsOfWeights(engine, weights);
    const { itemIds } = nameFactors(
      {
        values: new Float32Array(rows),
        numFactors: 1,
        keys: null,
        place: (row) => `${path}, row ${row} of the items`,
      },
      ids,
    );
    const counts = await countsOf(args, work, itemIds);
    const model = importWeights(engine, weights, layout, itemIds, counts);
    try {
      const bytes = modelFileOf(engine, model, storage, out);
      work.signal.throwIfAborted();
      await writeWholeFile(out, bytes);
      const result = {
        model: model.name,
        out,
        bytes: bytes.length,
        items: itemIds.length,
        ...layout,
        seconds: (performance.now() - started) / 1000,
        variant: engine.variant,
        threads: engine.threads,
      };
      if (args.has('json')) printJson(work, result);
      else printText(work, `${out}: sasrec for ${result.items} items, ${result.bytes} bytes\n`);
    } finally {
      model.dispose();
    }
  } finally {
    engine.dispose();
  }
}
