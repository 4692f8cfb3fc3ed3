import { rowsTellTime } from '../catalog/row-order.js';
import { ITEM_MODELS } from '../engine/item-vectors.js';
import { SEQUENCE_MODELS } from '../sequence-models.js';
import { FACTOR_STORAGES } from '../types.js';
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
import { checkOutputPath, modelFileOf, writeWholeFile } from './output-file.js';
import { TEXT_OPTIONS, textOptions } from './text-options.js';
import { readVectors, VECTOR_OPTIONS, vectorOptions } from './vector-options.js';

const HOLDS_HISTORIES =
  'note: a user_neighbors file holds the items of every training user, without ids; publish it only ' +
  'where the interactions themselves may be published.';

export const train: Command = {
  command: 'train',
  summary: 'train a model and write a model file',
  usage: [
    'train --interactions F [--items F] --model NAME --out M.safetensors',
    'train --model item_vectors --vectors F --vector-ids F --out M.safetensors',
  ],
  details:
    'The model tf_idf learns from --items alone, item_vectors from --vectors, such as a sentence encoder\n' +
    'makes of the texts; all others from --interactions. A hybrid learns from all that is given.',
  options: [
    { name: 'interactions', value: 'F', help: 'CSV, TSV or NDJSON, plain or .gz' },
    { name: 'items', value: 'F', help: 'items: JSON, NDJSON, CSV or TSV, plain or .gz' },
    ...TEXT_OPTIONS,
    ...VECTOR_OPTIONS,
    ...TRAINING_OPTIONS,
    { name: 'out', value: 'M', help: 'where to write the model file' },
    STORAGE_OPTION,
    CHECKPOINT_OPTION,
    ...INTERACTION_OPTIONS,
    ...ENGINE_OPTIONS,
    JSON_OPTION,
  ],

  async run(args, work) {
    const options = trainingOptions(args);
    const out = args.required('out');
    const itemsPath = args.text('items');
    const interactionsPath = ITEM_MODELS.includes(options.model)
      ? args.text('interactions')
      : args.required('interactions');
    if (options.model === 'tf_idf' && itemsPath === undefined) {
      throw new UsageError('--items is missing; the model tf_idf learns from items.');
    }
    const storage = args.choice('storage', FACTOR_STORAGES);
    const engineWanted = engineOptions(args);
    const texts = await textOptions(args);
    interactionOptions(args); // wrong ones are reported before any file is touched
    const vectorFile = await vectorOptions(args, work, [options.model]);
    await checkOutputPath(out);
    const checkpoint = await Checkpoint.from(args, work, options.model, out);

    const table =
      interactionsPath === undefined ? null : await work.files.interactions(interactionsPath);
    if (table && SEQUENCE_MODELS.includes(options.model) && !rowsTellTime(table)) {
      work.progress.say(
        `${interactionsPath}: no timestamps, and the rows are sorted by item: ${options.model} takes their order for that of events; ` +
          'give rows in the order of events, or a column of times',
      );
    }
    const items = itemsPath === undefined ? undefined : await work.files.items(itemsPath);
    const vectors = vectorFile && (await readVectors(vectorFile, args, work, items, [table]));
    const engine = await work.engine.load(engineWanted);
    engine.texts = texts;
    try {
      const started = performance.now();
      const show = work.progress.on(`training ${options.model}`);
      const model = await keptIn(checkpoint, work.signal, () =>
        engine.train(table, {
          ...options,
          ...(items && { items }),
          ...(vectors && { vectors }),
          ...checkpoint?.options(),
          onProgress: (progress) => {
            show(progress);
            checkpoint?.take(progress);
          },
          signal: work.signal,
        }),
      );
      const seconds = (performance.now() - started) / 1000;
      try {
        const bytes = modelFileOf(engine, model, storage, out);
        const { items: numItems } = engine.describeModelFile(bytes);
        work.signal.throwIfAborted();
        await writeWholeFile(out, bytes);
        if (model.name === 'user_neighbors') work.progress.say(HOLDS_HISTORIES);
        const result = {
          model: model.name,
          out,
          bytes: bytes.length,
          users: table?.userIds.length ?? 0,
          items: numItems,
          interactions: table?.users.length ?? 0,
          seconds,
          variant: engine.variant,
          threads: engine.threads,
          seed: options.seed ?? 1,
          ...(engine.curve.length > 0 && { curve: engine.curve }),
        };
        if (args.has('json')) printJson(work, result);
        else {
          printText(
            work,
            `${out}: ${model.name} for ${numItems} items, ${bytes.length} bytes, ` +
              `trained in ${seconds.toFixed(2)} s\n`,
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
