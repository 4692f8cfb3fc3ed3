import type { Engine } from '../engine/engine.js';
import type { Ranker } from '../engine/ranker.js';
import type { TrainedModel } from '../engine/trained-model.js';
import type { Item } from '../types.js';
import type { Arguments, OptionSpec } from './arguments.js';
import type { Workplace } from './command.js';
import { engineOptions } from './data-options.js';
import { UsageError } from './failures.js';
import { TEXT_OPTIONS, textOptions } from './text-options.js';

export const RANKER_OPTIONS: readonly OptionSpec[] = [
  { name: 'model-file', value: 'M', help: 'a model file that train wrote' },
  { name: 'items', value: 'F', help: 'items: JSON, NDJSON, CSV or TSV, plain or .gz' },
  { name: 'k', value: 'N', help: 'how many (default 10)' },
  ...TEXT_OPTIONS,
];

/** What the commands that rank items work with. */
export interface RankerAtWork {
  ranker: Ranker;
  engine: Engine;
  /** Undefined when only items are given. */
  model: TrainedModel | undefined;
  /** Title of an item, or an empty string where it is not known. */
  titleOf(id: string): string;
}

/** Opens what --model-file and --items name, hands it to `use`, and frees it again. */
export async function withRanker(
  args: Arguments,
  work: Workplace,
  use: (at: RankerAtWork) => Promise<void>,
): Promise<void> {
  const modelPath = args.text('model-file');
  const itemsPath = args.text('items');
  if (modelPath === undefined && itemsPath === undefined) {
    throw new UsageError('--model-file is missing; expected --model-file M, --items F, or both.');
  }
  const engineWanted = engineOptions(args);
  const texts = await textOptions(args);
  const bytes = modelPath === undefined ? undefined : await work.files.modelFile(modelPath);
  const items = itemsPath === undefined ? undefined : await work.files.items(itemsPath);
  const titles = new Map(items?.map((item: Item) => [item.id, item.title ?? '']));
  const engine = await work.engine.load(engineWanted);
  engine.texts = texts;
  try {
    const model = bytes && engine.openModel(bytes);
    try {
      const ranker = await work.engine.ranker(engine, {
        ...(items && { items }),
        ...(model && { model }),
      });
      try {
        work.signal.throwIfAborted();
        await use({ ranker, engine, model, titleOf: (id) => titles.get(id) ?? '' });
      } finally {
        ranker.dispose();
      }
    } finally {
      model?.dispose();
    }
  } finally {
    engine.dispose();
  }
}
