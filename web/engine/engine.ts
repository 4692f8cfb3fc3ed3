import type { InteractionSet, Training } from '#engine-module';
import { choose } from '../selection/choose.js';
import { isOfQuality, modelsFor, smallerIsBetter } from '../selection/metrics.js';
import type { Trial } from '../selection/search.js';
import type {
  InteractionTable,
  ModelName,
  PersonFactors,
  Progress,
  Settings,
  SplitName,
} from '../types.js';
import { ValidationArena } from './arena.js';
import { type Own, owning } from './heap.js';
import { IdIndex } from './id-index.js';
import { createWantedTopics } from './item-topics.js';
import { LearnedBlend } from './learned-blend.js';
import { LearningRun } from './learning-run.js';
import { ListChooser } from './list-chooser.js';
import type { Stock } from './plan.js';
import { checkRerank, createReranking } from './reranking.js';
import type { SlicedWork } from './slices.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';
import {
  checkSeed,
  type LearningOptions,
  type MeasuredLists,
  type Measurement,
  type Named,
  namedBy,
  type ResolveOptions,
  TrainingEngine,
  type WithItems,
} from './training-engine.js';
import { appendTable } from './training-set.js';

const DEFAULT_BUDGET_SECONDS = 300;
const DEFAULT_MAX_TRIALS = 48;
const DEFAULT_CHOICE_METRIC = 'ndcg@10';

/** How `choose` is to search. */
export interface SearchOptions {
  models: readonly ModelName[];
  /** Settings that are not searched. */
  fixed?: Settings | undefined;
  metric: string;
  validation?: SplitName | undefined;
  /** Where above 0: of a validation user only the held-out items and this many unmet ones are ranked. */
  sampledNegatives?: number | undefined;
  seed?: number | undefined;
  budgetSeconds?: number | undefined;
  maxTrials?: number | undefined;
  known?: readonly Trial[];
  onTrial?: (trial: Trial, fresh: boolean) => Promise<void> | void;
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What the full wasm file has: all models, the search for one, what choices teach, topics and re-ranking. */
export class Engine extends TrainingEngine {
  protected override runOf(training: Training, options: LearningOptions): SlicedWork {
    // A page may have given a module without the models that have curves.
    if (typeof this.module.curveOf !== 'function') return super.runOf(training, options);
    const run = new LearningRun(this, training, options);
    this.curve = run.curve;
    return run;
  }

  protected override tune({ handle }: TrainedModel, how?: PersonFactors): void {
    this.module.tunePeople?.(handle, how === 'tuned');
  }

  override learnedBlend(model: TrainedModel): LearnedBlend | null {
    return model.name === 'hybrid' ? new LearnedBlend(this, model) : null;
  }

  /**
   * Finds a model and settings on a part of the interactions that is held out.
   *
   * @throws InklingError `invalid_interactions` when nothing could be measured; `aborted`
   */
  async choose(
    data: InteractionTable,
    options: SearchOptions,
  ): Promise<{ best: Trial; trials: Trial[] }> {
    const { module, heap, wasm } = this;
    check(wasm, module.checkMetrics(wasm, options.metric));
    return owning(async (own) => {
      const indices = { users: new IdIndex(), items: new IdIndex() };
      const log = own(new module.InteractionLog());
      await appendTable(heap, wasm, log, data, indices, options.signal);
      const set = own(new module.InteractionSet());
      check(wasm, set.build(wasm, log, indices.users.size, indices.items.size));
      return this.chooseOn(set, indices.items, options);
    });
  }

  private async chooseOn(
    interactions: InteractionSet,
    items: IdIndex,
    options: SearchOptions,
  ): Promise<{ best: Trial; trials: Trial[] }> {
    const { metric, validation, sampledNegatives = 0, onProgress } = options;
    const seed = checkSeed(options.seed);
    const asked = { metric, validation, sampledNegatives, seed };
    const arena = new ValidationArena(this, interactions, items, asked);
    try {
      return await choose(arena, {
        ...options,
        larger: !smallerIsBetter(metric),
        seed,
        budgetSeconds: options.budgetSeconds ?? DEFAULT_BUDGET_SECONDS,
        maxTrials: options.maxTrials ?? DEFAULT_MAX_TRIALS,
        onProgress: onProgress && ((fraction) => onProgress({ phase: 'choose', fraction })),
      });
    } finally {
      arena.dispose();
    }
  }

  /** What `auto` comes to on these interactions; other models are as they are. */
  protected override async resolve(
    interactions: InteractionSet,
    items: IdIndex,
    options: ResolveOptions,
  ): Promise<Named> {
    const { model, settings } = options;
    if (model !== 'auto') return namedBy(options);
    const metric = options.metrics?.find(isOfQuality) ?? DEFAULT_CHOICE_METRIC;
    const { best } = await this.chooseOn(interactions, items, {
      models: modelsFor(model, metric),
      fixed: settings,
      metric,
      validation: options.split,
      sampledNegatives: options.sampledNegatives,
      seed: options.seed,
      budgetSeconds: options.budgetSeconds,
      onProgress: options.onProgress,
      signal: options.signal,
    });
    return { model: best.model, settings: best.settings };
  }

  override listChooser(model: TrainedModel | null, stock: Stock): ListChooser {
    if (model) this.tune(model, this.personFactors);
    return new ListChooser(this, model, stock);
  }

  protected override listsMeasured(
    options: WithItems<Measurement>,
    metrics: readonly string[],
    items: IdIndex,
    own: Own,
  ): MeasuredLists {
    const { rerank, seed } = options;
    if (rerank !== undefined) checkRerank(rerank);
    const made = createWantedTopics(this, options, metrics, items);
    const topics = made && own(made);
    if (!rerank) return { topics };
    return {
      topics,
      rerankingOf: (model) => createReranking(this, rerank, model, topics, checkSeed(seed)),
    };
  }
}
