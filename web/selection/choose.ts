import { InklingError } from '../errors.js';
import type { ModelName, Settings } from '../types.js';
import { type Candidate, keyOf, ranked, search, type Trial } from './search.js';
import { atFidelity, drawSettings, seededUniform } from './search-space.js';

/** Where candidates are measured: training data divided once more. */
export interface Arena {
  /** Whether the data has times, so that the order of a history may count. */
  readonly ordered: boolean;
  /** A setting's default; undefined where the model has no such setting. */
  defaultOf(model: ModelName, setting: string): number | undefined;
  /**
   * Trains on the one part and returns the metric on the other.
   *
   * @param share of the validation users to ask
   * @throws InklingError
   */
  measure(candidate: Candidate, share: number, signal: AbortSignal): Promise<number>;
}

export interface ChooseOptions {
  models: readonly ModelName[];
  /** Settings that are not searched. */
  fixed?: Settings | undefined;
  /** Whether more of the metric is better. */
  larger: boolean;
  seed: number;
  budgetSeconds: number;
  maxTrials: number;
  known?: readonly Trial[];
  onTrial?: (trial: Trial, fresh: boolean) => Promise<void> | void;
  /** Gets the share of the budget that is used up. */
  onProgress?: ((fraction: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const FIRST_HALF_LIFE = 8;
/** New candidates are of the models that did best so far, this many of them. */
const MODELS_TO_GO_ON_WITH = 3;
const MAX_DRAWS = 100;
/** One trial may use up this share of the budget, but not less than these seconds. */
const TRIAL_SHARE = 0.25;
const LEAST_TRIAL_SECONDS = 20;

/** Failures of a candidate, not of the search. */
const CANDIDATE_FAILURES = ['too_large', 'not_finite'];

/**
 * Finds a model and settings by random search with successive halving, defaults first, within a time budget.
 *
 * @throws InklingError `aborted`; `invalid_interactions` when no candidate could be measured
 */
export async function choose(
  arena: Arena,
  options: ChooseOptions,
): Promise<{ best: Trial; trials: Trial[] }> {
  const { fixed, larger, budgetSeconds, signal, onProgress } = options;
  const models = withSettings(arena, options.models, fixed);
  const uniform = seededUniform(options.seed);
  const start = performance.now();
  const used = () => (performance.now() - start) / 1000;
  const tried = new Set<string>();
  const first = firstCandidates(arena, models, fixed);
  for (const candidate of first) tried.add(keyOf(candidate, 1));

  const trials = await search({
    first,
    larger,
    maxTrials: options.maxTrials,
    timeIsUp: () => used() >= budgetSeconds,
    known: options.known ?? [],
    draw: (best) => {
      const good = [...new Set(best.map((trial) => trial.model))].slice(0, MODELS_TO_GO_ON_WITH);
      for (let n = 0; n < MAX_DRAWS && good.length > 0; n++) {
        const model = good[Math.floor(uniform() * good.length)] as ModelName;
        const bestOfModel = best.find((trial) => trial.model === model);
        const halfLife = (bestOfModel?.settings.history_half_life ?? 0) as number;
        const candidate = {
          model,
          settings: drawSettings(model, uniform, {
            fixed,
            ordered: orderCounts(arena, model),
            halfLife,
          }),
        };
        if (tried.has(keyOf(candidate, 1))) continue;
        tried.add(keyOf(candidate, 1));
        return candidate;
      }
      return null;
    },
    look: async (candidate, fidelity) => {
      const { model, settings } = candidate;
      const cut = atFidelity(settings, fidelity, {
        iterations: arena.defaultOf(model, 'iterations'),
        epochs: arena.defaultOf(model, 'epochs'),
      });
      const left = Math.max(0, budgetSeconds - used());
      const most = Math.max(LEAST_TRIAL_SECONDS, budgetSeconds * TRIAL_SHARE);
      const allowed = Math.min(left, most);
      const outcome = await withinTime(allowed, signal, (limited) =>
        arena.measure({ model, settings: cut }, fidelity, limited),
      );
      return outcome ?? (left > most ? { failure: `took longer than ${most.toFixed(0)} s` } : null);
    },
    onTrial: async (trial, fresh) => {
      onProgress?.(Math.min(1, Math.max(used() / budgetSeconds, trial.trial / options.maxTrials)));
      await options.onTrial?.(trial, fresh);
    },
  });

  const best = ranked(trials, larger)[0];
  if (best) return { best, trials };
  const why =
    trials.find((trial) => trial.failure !== '')?.failure ?? 'that is too short for any of them';
  throw new InklingError(
    'invalid_interactions',
    `none of ${models.join(', ')} could be measured within ${budgetSeconds} s: ${why}`,
  );
}

/** The models that have all of these settings. */
function withSettings(
  arena: Arena,
  models: readonly ModelName[],
  fixed: Settings = {},
): readonly ModelName[] {
  const names = Object.keys(fixed);
  const able = models.filter((model) =>
    names.every((name) => arena.defaultOf(model, name) !== undefined),
  );
  if (able.length > 0) return able;
  throw new InklingError(
    'invalid_argument',
    `none of ${models.join(', ')} has the settings ${names.join(', ')}; leave them out, or name one model`,
  );
}

/** Whether the order of a history may count: the data has times, and the model a half-life. */
function orderCounts(arena: Arena, model: ModelName): boolean {
  return arena.ordered && arena.defaultOf(model, 'history_half_life') !== undefined;
}

function firstCandidates(
  arena: Arena,
  models: readonly ModelName[],
  fixed: Settings | undefined,
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const model of models) {
    candidates.push({ model, settings: { ...fixed } });
    if (orderCounts(arena, model) && fixed?.history_half_life === undefined) {
      candidates.push({ model, settings: { ...fixed, history_half_life: FIRST_HALF_LIFE } });
    }
  }
  return candidates;
}

/** Ends `work` after some seconds and returns null then; what a candidate fails of itself is returned as its failure. */
async function withinTime(
  seconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<{ value: number } | { failure: string } | null> {
  const controller = new AbortController();
  const stop = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  try {
    return { value: await work(controller.signal) };
  } catch (error) {
    if (!(error instanceof InklingError) || signal?.aborted) throw error;
    if (error.code === 'aborted') return null;
    if (CANDIDATE_FAILURES.includes(error.code)) return { failure: error.message };
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
