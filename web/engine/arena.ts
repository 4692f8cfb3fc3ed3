import type { InteractionSet } from '#engine-module';
import type { Arena } from '../selection/choose.js';
import type { Candidate } from '../selection/search.js';
import type { ModelName, SplitName } from '../types.js';
import type { Engine } from './engine.js';
import type { IdIndex } from './id-index.js';
import { snakeCase } from './settings-text.js';
import { check } from './status.js';

/** More validation users than this say little more. */
const MAX_VALIDATION_USERS = 5000;

/** Training data divided once more, on the wasm heap, to measure candidates on. Delete it by `dispose()`. */
export class ValidationArena implements Arena {
  readonly ordered: boolean;
  private readonly parts: Record<'train' | 'history' | 'test', InteractionSet>;

  /** @throws InklingError when the interactions cannot be divided so */
  constructor(
    private readonly engine: Engine,
    interactions: InteractionSet,
    private readonly items: IdIndex,
    private readonly options: {
      metric: string;
      validation?: SplitName | undefined;
      sampledNegatives: number;
      seed: number;
    },
  ) {
    const { module, wasm } = engine;
    this.ordered = interactions.hasTimestamps();
    this.parts = {
      train: new module.InteractionSet(),
      history: new module.InteractionSet(),
      test: new module.InteractionSet(),
    };
    try {
      const { train, history, test } = this.parts;
      const { validation = '', seed } = options;
      // Another seed than that of the split to be tested: the same one would draw the very users that are not there.
      check(wasm, interactions.divide(wasm, validation, seed + 1, train, history, test));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  defaultOf(model: ModelName, setting: string): number | undefined {
    const value = this.engine.module.defaultSetting(model, snakeCase(setting));
    return Number.isNaN(value) ? undefined : value;
  }

  async measure(
    { model, settings }: Candidate,
    share: number,
    signal: AbortSignal,
  ): Promise<number> {
    const { metric, sampledNegatives, seed } = this.options;
    const evaluation = new this.engine.module.Evaluation();
    try {
      const measured = await this.engine.measure(
        evaluation,
        {
          model,
          settings,
          metrics: [metric],
          seed,
          signal,
          sampledNegatives,
          maxTestUsers: Math.ceil(MAX_VALIDATION_USERS * share),
        },
        this.items,
        this.parts,
      );
      return measured.metrics[metric] as number;
    } finally {
      evaluation.delete();
    }
  }

  dispose(): void {
    for (const part of Object.values(this.parts)) part.delete();
  }
}
