import type { Evaluation, InteractionSet, ItemTopics, Reranking, Training } from '#engine-module';
import { describe } from '../catalog/ids.js';
import { rowsTellTime } from '../catalog/row-order.js';
import { InklingError } from '../errors.js';
import { SEQUENCE_MODELS } from '../sequence-models.js';
import {
  CONTENT_MODELS,
  type EvaluateOptions,
  type EvaluateResult,
  type FactorStorage,
  type InteractionTable,
  type Item,
  type LearningPoint,
  type MetricDifference,
  type ModelName,
  type PersonFactors,
  type Progress,
  type Settings,
  type SplitName,
  type TrainOptions,
} from '../types.js';
import { type Own, owning } from './heap.js';
import { IdIndex, itemsByIndex } from './id-index.js';
import { createItemTexts, DEFAULT_WEIGHTING, type TermWeighting } from './item-texts.js';
import { checkVectors, VECTOR_MODELS, vectorsByIndex } from './item-vectors.js';
import { describeModelFile, type ModelFileDescription, writeModelFile } from './model-file.js';
import { indexNegatives } from './negatives.js';
import { ServingEngine } from './serving-engine.js';
import { settingsText } from './settings-text.js';
import { runInSlices, type SlicedWork } from './slices.js';
import { check } from './status.js';
import { TrainedModel } from './trained-model.js';
import { appendTable } from './training-set.js';

export const DEFAULT_METRICS = ['recall@20', 'ndcg@20', 'hit_rate@10'] as const;
export const DEFAULT_SEED = 1;
const DEFAULT_TEST_FRACTION = 0.2;
const NO_NEGATIVES = { users: new Int32Array(), items: new Int32Array() };
const MAX_SEED = Number.MAX_SAFE_INTEGER;

export type WithItems<T> = T & { items?: readonly Item[] | undefined };
/** Interactions as tables: who calls has made or checked them. */
export type Measurement = Omit<EvaluateOptions, 'interactions' | 'train' | 'test'> &
  Partial<Record<'interactions' | 'train' | 'test', InteractionTable>>;
export type Parts = Record<'train' | 'history' | 'test', InteractionSet>;
export type Named = { model: ModelName; settings?: Settings };

export type ResolveOptions = Omit<TrainOptions, 'use'> & {
  metrics?: readonly string[];
  split?: SplitName;
  sampledNegatives?: number;
};

export type LearningOptions = Pick<TrainOptions, 'checkpoints' | 'resume'>;

/** What lists are measured with. */
export interface MeasuredLists {
  topics: ItemTopics | null;
  /** How those of a model are re-ranked. */
  rerankingOf?: (model: TrainedModel) => Reranking;
}

function checkTuning(personFactors: PersonFactors | undefined, model: string): void {
  if (personFactors !== 'tuned' || SEQUENCE_MODELS.includes(model)) return;
  throw new InklingError(
    'invalid_argument',
    `personFactors "tuned" is for ${SEQUENCE_MODELS.join(' and ')}; leave it out for ${model}`,
  );
}

type Measured = Pick<EvaluateResult, 'metrics' | 'intervals' | 'seconds'> & {
  evaluation: Evaluation;
  curve: LearningPoint[];
};

/**
 * One wasm module: trains the usual models, evaluates and holds models. Strings stop here; below are dense indices. `Engine`
 * adds what only the full module has.
 */
export class TrainingEngine extends ServingEngine {
  /** Of the newest training, where it has one. */
  curve: LearningPoint[] = [];

  /**
   * Trains a model. Item indices are those of `items`, where given, then of the table.
   *
   * @param data null for models that learn from the items alone
   */
  async train(
    data: InteractionTable | null,
    options: WithItems<TrainOptions> = {},
  ): Promise<TrainedModel> {
    const { module, heap, wasm } = this;
    const { model = 'ials', vectors, signal } = options;
    checkVectors(vectors, [model]);
    const users = new IdIndex();
    const itemIds = describedItems([model], options);
    return owning(async (own) => {
      let interactions: InteractionSet | null = null;
      if (data !== null) {
        const log = own(new module.InteractionLog());
        await appendTable(heap, wasm, log, data, { users, items: itemIds }, signal);
        interactions = own(new module.InteractionSet());
        check(wasm, interactions.build(wasm, log, users.size, itemIds.size));
      }
      const { model: _, settings: __, ...others } = options;
      const named =
        interactions || model === 'auto'
          ? await this.resolve(interactions ?? own(new module.InteractionSet()), itemIds, options)
          : namedBy(options);
      return this.trainOn(interactions, itemIds, { ...others, ...named });
    });
  }

  /** The file of a model that this engine holds. @throws InklingError `invalid_argument` as `writeModelFile` does */
  saveModel(model: TrainedModel, storage: FactorStorage = 'f32'): Uint8Array {
    return writeModelFile(this, model, storage);
  }

  /** What is in a model file. @throws InklingError `corrupt_model_file`, `unsupported_version` */
  describeModelFile(file: Uint8Array): ModelFileDescription {
    return describeModelFile(this, file);
  }

  /** What `auto` comes to on these interactions, where a module can tell; other models are as they are. */
  protected async resolve(
    _interactions: InteractionSet,
    _items: IdIndex,
    options: ResolveOptions,
  ): Promise<Named> {
    if (options.model === 'auto') {
      throw new InklingError(
        'invalid_argument',
        'auto: this takes worker.js (pass its address as workerUrl; inkling/inline has none)',
      );
    }
    return namedBy(options);
  }

  /** What takes part in measuring lists besides a model; `own` deletes it. */
  protected listsMeasured(
    _options: WithItems<Measurement>,
    _metrics: readonly string[],
    _items: IdIndex,
    _own: Own,
  ): MeasuredLists {
    return { topics: null };
  }

  private async trainOn(
    interactions: InteractionSet | null,
    itemIds: IdIndex,
    options: WithItems<Omit<TrainOptions, 'model' | 'settings'>> & Named,
  ): Promise<TrainedModel> {
    const { module, heap, wasm } = this;
    const { model, settings, items, seed, signal, onProgress } = options;
    this.curve = [];
    const vectors = VECTOR_MODELS.includes(model) ? options.vectors : undefined;
    return owning(async (own) => {
      const texts =
        CONTENT_MODELS.includes(model) && items
          ? own(
              await createItemTexts(
                this,
                itemsByIndex(items, itemIds),
                signal,
                weightingOf(settings),
              ),
            )
          : null;
      const dense = vectors && vectorsByIndex(vectors, itemIds);
      const rows = dense ? own(heap.write(dense.values)) : null;
      const training = own(new module.Training());
      const status = training.start(
        wasm,
        model,
        settingsText(settings),
        interactions,
        texts,
        rows,
        dense?.width ?? 0,
        checkSeed(seed),
      );
      check(wasm, status);
      const run = this.runOf(training, options);
      await runInSlices(run, 'train', { signal, onProgress });
      const handle = new module.TrainedModel();
      training.finish(handle);
      return TrainedModel.trained(handle, itemIds.ids);
    });
  }

  /** A training that has been started. */
  protected runOf(training: Training, { resume }: LearningOptions): SlicedWork {
    const { wasm } = this;
    if (resume) {
      throw new InklingError(
        'invalid_argument',
        "the training of this model cannot be resumed; sasrec's and gru's can",
      );
    }
    return {
      totalWork: () => training.totalWork(),
      doneWork: () => training.doneWork(),
      step: (work) => check(wasm, training.step(wasm, work)),
    };
  }

  /**
   * Trains on one part of the data and measures how well the rest is found. Each person is folded in
   * from what was kept, so people who were not trained on can be tested.
   */
  async evaluate(options: WithItems<Measurement>): Promise<EvaluateResult> {
    const { module, wasm } = this;
    const { model = 'ials', baseline } = options;
    const metrics = (options.metrics ?? DEFAULT_METRICS).flatMap((name) => name.split(','));
    check(wasm, module.checkMetrics(wasm, metrics.join(',')));
    const models = baseline ? [model, baseline.model] : [model];
    checkVectors(options.vectors, models);
    checkTuning(options.personFactors, model);
    return owning(async (own) => {
      const users = new IdIndex();
      const items = describedItems(models, options);
      const parts: Parts = {
        train: own(new module.InteractionSet()),
        history: own(new module.InteractionSet()),
        test: own(new module.InteractionSet()),
      };
      const negatives = await this.divide(options, users, items, parts);
      const lists = this.listsMeasured(options, metrics, items, own);
      const { settings: _, ...ofModel } = options;
      const {
        storage: __,
        personFactors: ___,
        resume: ____,
        checkpoints: _____,
        ...ofBoth
      } = ofModel;
      const measure = (
        how: typeof ofModel | typeof ofBoth,
        named: Named & { lists: MeasuredLists },
      ) => {
        const evaluation = own(new module.Evaluation());
        return this.measure(evaluation, { ...how, ...named, metrics }, items, parts, negatives);
      };
      const chosen = await this.resolve(parts.train, items, {
        ...options,
        metrics,
        sampledNegatives:
          options.sampledNegatives ??
          Math.round(negatives.items.length / Math.max(1, new Set(negatives.users).size)),
      });
      const measured = await measure(ofModel, { ...chosen, lists });
      const { topics } = lists;
      const other = baseline && (await measure(ofBoth, { ...baseline, lists: { topics } }));
      return {
        model,
        ...(model === 'auto' && {
          chosen: { model: chosen.model, settings: chosen.settings ?? {} },
        }),
        metrics: measured.metrics,
        intervals: measured.intervals,
        seconds: measured.seconds,
        users: users.size,
        items: items.size,
        interactions: parts.train.numEntries(),
        test_users: measured.evaluation.totalWork(),
        variant: this.variant,
        threads: this.threads,
        seed: checkSeed(options.seed),
        peak_memory_bytes: this.heap.byteLength,
        ...(measured.curve.length > 0 && { curve: measured.curve }),
        ...(baseline &&
          other && {
            baseline: {
              model: baseline.model,
              metrics: other.metrics,
              intervals: other.intervals,
              seconds: other.seconds,
            },
            differences: this.differences(measured.evaluation, other.evaluation, metrics),
          }),
      };
    });
  }

  /** Has profiles of the model tuned to their person, or not, where it knows how. */
  protected tune(_model: TrainedModel, _how?: PersonFactors): void {}

  /** Trains one model and ranks for every test user. */
  async measure(
    evaluation: Evaluation,
    options: WithItems<
      Pick<
        EvaluateOptions,
        | 'seed'
        | 'signal'
        | 'onProgress'
        | 'knownItemsOnly'
        | 'historyEvents'
        | 'personFactors'
        | 'vectors'
        | 'checkpoints'
        | 'resume'
      >
    > &
      Named & {
        storage?: FactorStorage | undefined;
        lists?: MeasuredLists;
        metrics: readonly string[];
        maxTestUsers?: number;
        sampledNegatives?: number;
      },
    items: IdIndex,
    parts: Parts,
    negatives: { users: Int32Array; items: Int32Array } = NO_NEGATIVES,
  ): Promise<Measured> {
    const { heap, wasm, module } = this;
    const { storage, lists = { topics: null }, ...training } = options;
    const { model, metrics, seed, signal, knownItemsOnly = false } = options;
    const { maxTestUsers = 0, sampledNegatives = 0, historyEvents = 0 } = options;
    const onProgress = (progress: Progress) => options.onProgress?.({ ...progress, model });
    const trainStart = performance.now();
    const trained = this.stored(
      await this.trainOn(parts.train, items, { ...training, onProgress }),
      storage,
    );
    const { curve } = this;
    const evaluateStart = performance.now();
    try {
      this.tune(trained, options.personFactors);
      return await owning(async (own) => {
        const status = evaluation.start(
          wasm,
          trained.handle,
          parts.train,
          parts.history.numEntries() > 0 ? parts.history : parts.train,
          parts.test,
          own(heap.write(negatives.users)),
          own(heap.write(negatives.items)),
          knownItemsOnly,
          sampledNegatives,
          historyEvents,
          maxTestUsers,
          lists.topics,
          lists.rerankingOf ? own(lists.rerankingOf(trained)) : null,
          metrics.join(','),
          checkSeed(seed),
        );
        check(wasm, status);
        await runInSlices(
          {
            totalWork: () => evaluation.totalWork(),
            doneWork: () => evaluation.doneWork(),
            step: (work) => check(wasm, evaluation.step(wasm, work)),
          },
          'evaluate',
          { signal, onProgress },
        );
        const out = own(new module.Buffer(0));
        evaluation.results(out);
        const rows = heap.read(out, Float64Array);
        return {
          evaluation,
          curve,
          metrics: byName(metrics, rows, ([value = Number.NaN]) => value),
          intervals: byName(metrics, rows, ([, low = Number.NaN, high = Number.NaN]) =>
            Number.isNaN(low) ? undefined : ([low, high] as [number, number]),
          ),
          seconds: {
            train: (evaluateStart - trainStart) / 1000,
            evaluate: (performance.now() - evaluateStart) / 1000,
          },
        };
      });
    } finally {
      trained.dispose();
    }
  }

  /** The model as it is when its file is opened, in place of the one that was trained. */
  private stored(model: TrainedModel, storage: FactorStorage = 'f32'): TrainedModel {
    if (storage === 'f32') return model;
    try {
      const opened = this.openModel(this.saveModel(model, storage));
      if (model.name === 'hybrid') this.module.moveTexts(model.handle, opened.handle);
      return opened;
    } finally {
      model.dispose();
    }
  }

  private differences(
    evaluation: Evaluation,
    baseline: Evaluation,
    metrics: readonly string[],
  ): Record<string, MetricDifference> {
    return owning((own) => {
      const out = own(new this.module.Buffer(0));
      check(this.wasm, evaluation.compare(this.wasm, baseline, out));
      const rows = this.heap.read(out, Float64Array);
      return byName(metrics, rows, ([mean = 0, low = 0, high = 0, p = Number.NaN]) =>
        Number.isNaN(p) ? { mean } : { mean, low, high, p },
      );
    });
  }

  /** Fills train, history and test; returns the negatives sorted by user. */
  private async divide(
    options: Measurement,
    users: IdIndex,
    items: IdIndex,
    parts: Parts,
  ): Promise<{ users: Int32Array; items: Int32Array }> {
    const { module, heap, wasm } = this;
    const { interactions, train, test, signal } = options;
    const given = interactions !== undefined;
    if (given === (train !== undefined) || (train === undefined) !== (test === undefined)) {
      throw new InklingError(
        'invalid_argument',
        'evaluate needs either interactions (to be split) or both train and test; ' +
          `given were ${(['interactions', 'train', 'test'] as const).filter((name) => options[name] !== undefined).join(', ') || 'none of them'}`,
      );
    }
    return owning(async (own) => {
      const log = own(new module.InteractionLog());
      const append = (data: InteractionTable, to: typeof log) =>
        appendTable(heap, wasm, to, data, { users, items }, signal);
      if (given) {
        await append(interactions, log);
        const negatives = indexNegatives(options.negatives, users, items);
        const status = module.splitInteractions(
          wasm,
          log,
          options.split ?? 'leave-one-out',
          options.testFraction ?? DEFAULT_TEST_FRACTION,
          checkSeed(options.seed),
          rowsTellTime(interactions),
          users.size,
          items.size,
          parts.train,
          parts.history,
          parts.test,
        );
        check(wasm, status);
        return negatives;
      }
      const testLog = own(new module.InteractionLog());
      await append(train as InteractionTable, log);
      await append(test as InteractionTable, testLog);
      const negatives = indexNegatives(options.negatives, users, items);
      check(wasm, parts.train.build(wasm, log, users.size, items.size));
      check(wasm, parts.test.build(wasm, testLog, users.size, items.size));
      return negatives;
    });
  }
}

export function namedBy({
  model = 'ials',
  settings,
}: Pick<TrainOptions, 'model' | 'settings'>): Named {
  return { model: model as ModelName, ...(settings && { settings }) };
}

/** What each metric has in a row of numbers, by its name. */
function byName<T>(
  metrics: readonly string[],
  rows: Float64Array,
  read: (row: number[]) => T | undefined,
): Record<string, T> {
  const width = rows.length / metrics.length;
  const entries: [string, T][] = [];
  metrics.forEach((name, m) => {
    const value = read([...rows.subarray(m * width, (m + 1) * width)]);
    if (value !== undefined) entries.push([name, value]);
  });
  return Object.fromEntries(entries);
}

/** The items that such models know whether anybody has met them or not. */
function describedItems(
  models: readonly string[],
  { items, vectors }: WithItems<Pick<TrainOptions, 'vectors'>>,
): IdIndex {
  const byContent = models.some((model) => CONTENT_MODELS.includes(model));
  const index = new IdIndex(byContent ? items?.map((item) => item.id) : []);
  for (const id of vectors?.ids ?? []) index.add(id);
  return index;
}

export function checkSeed(seed: number = DEFAULT_SEED): number {
  if (Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) return seed;
  throw new InklingError(
    'invalid_argument',
    `seed is ${describe(seed)}; expected a whole number from 0 to ${MAX_SEED}`,
  );
}

/** Where a setting is wrong, training says so. */
function weightingOf(settings: Settings = {}): TermWeighting {
  const { weighting, k1 = DEFAULT_WEIGHTING.k1, b = DEFAULT_WEIGHTING.b } = settings;
  const place = ['tf_idf', 'bm25'].indexOf(weighting as string);
  return {
    weighting: place < 0 ? DEFAULT_WEIGHTING.weighting : place,
    k1: Number(k1),
    b: Number(b),
  };
}
