import type { ItemHistory } from '../../../web/engine/history.js';
import { InklingError } from '../../../web/errors.js';
import type {
  EvaluateOptions,
  EvaluateResult,
  InteractionTable,
  Item,
  MetricDifference,
  Recommendation,
  RecommendOptions,
  Settings,
  SimilarItem,
  TrainOptions,
  VariantName,
} from '../../../web/types.js';

// An engine with the real one's interface and no mathematics: it reports what it was given.

/** Calls the fake engine got, newest last. */
export const calls: { name: string; arguments: unknown[] }[] = [];
/** Engines, models and rankers that are not disposed of yet. */
export const open = { count: 0 };

const KNOWN_SETTINGS = ['num_factors', 'iterations'];

export async function loadEngine(options: {
  variant?: VariantName | 'auto';
  threads?: number | 'auto';
}): Promise<Engine> {
  calls.push({ name: 'load', arguments: [options] });
  return new Engine();
}

export class Engine {
  readonly variant = 'simd';
  readonly threads = 1;

  constructor() {
    open.count++;
  }

  async train(
    table: InteractionTable | null,
    options: TrainOptions & { items?: readonly Item[] },
  ): Promise<TrainedModel> {
    calls.push({ name: 'train', arguments: [table, options] });
    checkSettings(options.settings);
    for (let step = 1; step <= 100; step++) {
      options.onProgress?.({ phase: 'train', fraction: step / 100 });
    }
    if (options.settings?.iterations === 1_000_000) await untilAborted(options.signal);
    return new TrainedModel(new TextEncoder().encode(JSON.stringify(table?.itemIds ?? [])));
  }

  async evaluate(options: EvaluateOptions & { items?: readonly Item[] }): Promise<EvaluateResult> {
    calls.push({ name: 'evaluate', arguments: [options] });
    checkSettings(options.settings);
    if (options.settings?.iterations === 1_000_000) await untilAborted(options.signal);
    const table = (options.train ?? options.interactions) as InteractionTable;
    const test = (options.test ?? table) as InteractionTable;
    const metrics = options.metrics ?? ['recall@20'];
    const each = <T>(value: T, names = metrics) =>
      Object.fromEntries(names.map((name) => [name, value]));
    const ofUsers = metrics.filter((name) => !name.startsWith('coverage'));
    const { baseline } = options;
    return {
      model: options.model ?? 'ials',
      metrics: each(0.25),
      intervals: each([0.24, 0.26] as [number, number], ofUsers),
      seconds: { train: 1.5, evaluate: 0.25 },
      ...(baseline && {
        baseline: {
          model: baseline.model,
          metrics: each(0.125),
          intervals: each([0.12, 0.13] as [number, number], ofUsers),
          seconds: { train: 0.5, evaluate: 0.125 },
        },
        differences: {
          ...each<MetricDifference>({ mean: 0.125 }),
          ...each({ mean: 0.125, low: 0.1, high: 0.15, p: 0.0005 }, ofUsers),
        },
      }),
      users: table.userIds.length,
      items: table.itemIds.length,
      interactions: table.users.length,
      test_users: test.userIds.length,
      variant: this.variant,
      threads: this.threads,
      seed: options.seed ?? 1,
      peak_memory_bytes: 1024,
    };
  }

  readonly curve = [];

  openModel(bytes: Uint8Array): TrainedModel {
    const text = new TextDecoder().decode(bytes);
    if (text.startsWith('[')) return new TrainedModel(bytes);
    throw new InklingError('corrupt_model_file', 'These bytes are not a model file; train one.');
  }

  saveModel(model: TrainedModel): Uint8Array {
    return model.bytes;
  }

  describeModelFile(bytes: Uint8Array) {
    const items = (JSON.parse(new TextDecoder().decode(bytes)) as string[]).length;
    return {
      format_version: 1,
      model: 'ials' as const,
      config: { num_factors: 64, weighting: 'none' },
      items,
      bytes: bytes.length,
      checksum: 'c0ffee',
      tensors: [{ name: 'item_factors', dtype: 'F32', shape: [items, 64], bytes: items * 256 }],
    };
  }

  dispose(): void {
    open.count--;
  }
}

export class TrainedModel {
  readonly name = 'ials';

  constructor(readonly bytes: Uint8Array) {
    open.count++;
  }

  dispose(): void {
    open.count--;
  }
}

export class Ranker {
  constructor(_engine: Engine, options: { items?: readonly Item[]; model?: TrainedModel }) {
    open.count++;
    calls.push({ name: 'ranker', arguments: [options] });
  }

  knows(id: string): boolean {
    return id !== 'unknown';
  }

  recommend(met: readonly ItemHistory[], options: RecommendOptions): Recommendation[] {
    calls.push({ name: 'recommend', arguments: [met, options] });
    const reasons = met.map(({ item }) => ({ kind: 'event' as const, item, contribution: 0.5 }));
    return [
      { item: 'a', score: 0.75, source: 'ials', reasons },
      { item: 'b', score: 0.5, source: 'ials', reasons: [] },
    ];
  }

  similar(id: string, options: { k?: number }): SimilarItem[] {
    calls.push({ name: 'similar', arguments: [id, options] });
    if (id === 'unknown') {
      throw new InklingError('unknown_item', 'The item "unknown" is not known; check the id.');
    }
    return [{ item: 'b', score: 0.9, source: 'ials' }];
  }

  dispose(): void {
    open.count--;
  }
}

function checkSettings(settings: Settings = {}): void {
  for (const name of Object.keys(settings)) {
    if (KNOWN_SETTINGS.includes(name)) continue;
    throw new InklingError(
      'invalid_argument',
      `The setting ${name} is not known; expected one of ${KNOWN_SETTINGS.join(', ')}.`,
    );
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => {
      clearInterval(busy);
      reject(new InklingError('aborted', 'Training was stopped.'));
    };
    const busy = setInterval(() => {
      if (signal?.aborted) stop();
    }, 5);
  });
}
