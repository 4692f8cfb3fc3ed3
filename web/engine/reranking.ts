import type { ItemTopics, Reranking } from '#engine-module';
import type { RerankMethod, RerankOptions, RerankStep } from '../types.js';
import { owning } from './heap.js';
import type { ServingEngine } from './serving-engine.js';
import {
  expectAboveZero,
  expectCount,
  expectNumber,
  expectOneOf,
  record,
  wrong,
} from './shape-checks.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';

/** In the order of the core's `RerankStep::By`; the last two are values that are made here. */
export const RERANK_METHODS: readonly RerankMethod[] = [
  'mmr',
  'msd',
  'dpp',
  'xquad',
  'calibrate',
  'clusters',
  'popularity',
  'serendipity',
  'freshness',
  'rotation',
];
const FIRST_GIVEN = RERANK_METHODS.indexOf('freshness');
/** In the order of the core's `RerankStep::On`. */
const BASES: readonly RerankStep['on'][] = ['topics', 'vectors'];
/** In the order of the core's `RerankStep::Interests`. */
const INTERESTS: readonly RerankStep['interests'][] = ['next', 'past'];
export const DEFAULT_CANDIDATES = 100;
const MOST_BY_DEFAULT = 0.7;
const STEP_PARTS = ['by', 'weight', 'window', 'on', 'interests', 'field', 'halfLifeDays'];
const ORDERS = ['score', 'chosen'];
/**
 * Chosen on validation data: films (three splits) and books (two), ease, 100 candidates. With `msd` lists are about a fifth
 * more varied at about 2 % less NDCG@10, with `calibrate` KL is halved at less than 3 %; the others lose at most 2 %.
 */
export const DEFAULT_WEIGHTS: Record<RerankMethod, number> = {
  mmr: 0.3,
  msd: 0.49,
  dpp: 0.05,
  xquad: 0.4,
  calibrate: 0.62,
  clusters: 0.05,
  popularity: 0.1,
  serendipity: 0.2,
  freshness: 0.1,
  rotation: 0.2,
};

/**
 * Whether an app's words are those options. What the numbers may come to, the core says.
 *
 * @param ofMoment whether there is a moment and a person, of whom it is known what they were shown
 * @throws InklingError `invalid_argument`
 */
export function checkRerank(rerank: unknown, ofMoment = false): asserts rerank is RerankOptions {
  const { candidates, steps, order } = record('rerank', rerank, ['candidates', 'steps', 'order']);
  expectCount('rerank.candidates', candidates);
  if (order !== undefined) expectOneOf('rerank.order', order, ORDERS);
  if (!Array.isArray(steps) || steps.length === 0) {
    throw wrong('rerank.steps', steps, 'an array of at least one step such as {by: "msd"}');
  }
  let sum = 0;
  for (const [n, step] of steps.entries()) {
    const at = `rerank.steps[${n}]`;
    const given = record(at, step, STEP_PARTS);
    const { by, weight, window, on, interests, field, halfLifeDays } = given;
    const known = ofMoment ? RERANK_METHODS : RERANK_METHODS.slice(0, FIRST_GIVEN);
    expectOneOf(`${at}.by`, by, known);
    expectNumber(`${at}.weight`, weight, 0, 1);
    sum += (weight ?? 0) as number;
    // Thirds and the like add up to a little more than 1.
    if (sum > 1 + 1e-6) {
      throw wrong(
        `${at}.weight`,
        weight,
        'no more than those before it leave of 1; the rest is relevance’s',
      );
    }
    if (field !== undefined && (typeof field !== 'string' || by !== 'freshness')) {
      throw wrong(`${at}.field`, field, 'the name of an attribute, of a step by freshness only');
    }
    if (halfLifeDays !== undefined && !isGiven(by as RerankMethod)) {
      throw wrong(
        `${at}.halfLifeDays`,
        halfLifeDays,
        'it with steps by freshness and rotation only',
      );
    }
    expectAboveZero(`${at}.halfLifeDays`, halfLifeDays);
    expectCount(`${at}.window`, window);
    if (on !== undefined) expectOneOf(`${at}.on`, on, BASES as string[]);
    if (interests !== undefined) expectOneOf(`${at}.interests`, interests, INTERESTS as string[]);
  }
}

/**
 * The steps with weights. Those that have none get their defaults, or less where that would leave relevance less than three tenths
 * of what the weights that are given leave of 1.
 */
export function weighted(steps: readonly RerankStep[]): (RerankStep & { weight: number })[] {
  const sum = (of: (step: RerankStep) => number) =>
    steps.reduce((total, step) => total + of(step), 0);
  const left = Math.max(0, 1 - sum(({ weight = 0 }) => weight));
  const asked = sum(({ by, weight }) => (weight === undefined ? DEFAULT_WEIGHTS[by] : 0));
  const share = asked > 0 ? Math.min(1, (MOST_BY_DEFAULT * left) / asked) : 1;
  return steps.map((step) => ({
    ...step,
    weight: step.weight ?? DEFAULT_WEIGHTS[step.by] * share,
  }));
}

/** Whether the values of a step are made here, for each list. */
export function isGiven(by: RerankMethod): boolean {
  return RERANK_METHODS.indexOf(by) >= FIRST_GIVEN;
}

/** Whether a step asks what the items are about, whatever the model has. */
export function needsTopics({ by, on }: RerankStep): boolean {
  return by !== 'popularity' && !isGiven(by) && on !== 'vectors';
}

/**
 * Re-ranks lists of items, of which the first are the model's, by options that are right. The caller deletes it, and not
 * after the model and the topics.
 *
 * @param popularity one an item; without it, what the model has
 */
export function createReranking(
  { module, wasm, heap }: ServingEngine,
  { candidates = DEFAULT_CANDIDATES, order, steps }: RerankOptions,
  model: TrainedModel | null,
  topics: ItemTopics | null,
  seed: number,
  popularity: Float32Array = new Float32Array(),
): Reranking {
  // What a window looks back on is where each stands.
  const byScore = (order ?? (steps.some(({ window }) => window) ? 'chosen' : 'score')) === 'score';
  const reranking = new module.Reranking();
  try {
    for (const { by, weight, window = 0, on = 'topics', interests = 'next' } of weighted(steps)) {
      const number = Math.min(RERANK_METHODS.indexOf(by), FIRST_GIVEN);
      reranking.add(number, weight, window, BASES.indexOf(on), INTERESTS.indexOf(interests));
    }
    owning((own) => {
      const counts = own(heap.write(popularity));
      const handle = model?.handle ?? null;
      check(wasm, reranking.use(wasm, handle, topics, counts, candidates, byScore, seed));
    });
  } catch (error) {
    reranking.delete();
    throw error;
  }
  return reranking;
}
