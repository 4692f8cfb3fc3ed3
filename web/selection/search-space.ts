import type { ModelName, Settings } from '../types.js';

/** What a setting may be drawn from: a range, evenly or evenly in the logarithm, or a list. */
type Dimension =
  | { low: number; high: number; log?: boolean; whole?: boolean }
  | { choices: readonly (number | string | boolean)[] };

/** After how many further items an item of the history counts half; 0 twice, as the order often says nothing. */
const HALF_LIVES: Dimension = { choices: [0, 0, 4, 8, 16, 64] };

const WEIGHTING: Dimension = { choices: ['none', 'bm25', 'tf_idf'] };
const SIMILARITY: Dimension = { choices: ['cosine', 'asymmetric_cosine', 'jaccard'] };

/** What is worth trying of each model; settings that are not here stay at their defaults. */
const SPACES: Partial<Record<ModelName, Record<string, Dimension>>> = {
  item_neighbors: {
    num_neighbors: { low: 20, high: 800, log: true, whole: true },
    shrinkage: { low: 1, high: 500, log: true },
    similarity: SIMILARITY,
    weighting: WEIGHTING,
    normalize_users: { choices: [true, false] },
  },
  user_neighbors: {
    num_neighbors: { low: 50, high: 1000, log: true, whole: true },
    shrinkage: { low: 1, high: 500, log: true },
    similarity: SIMILARITY,
    weighting: WEIGHTING,
  },
  item_graph: {
    num_neighbors: { low: 50, high: 1500, log: true, whole: true },
    alpha: { low: 0.4, high: 1.6 },
    beta: { low: 0, high: 1 },
  },
  ease: { l2: { low: 30, high: 6000, log: true } },
  sparse_linear: {
    l1: { low: 0.1, high: 30, log: true },
    l2: { low: 5, high: 2000, log: true },
    num_neighbors: { low: 100, high: 1000, log: true, whole: true },
  },
  ials: {
    num_factors: { choices: [32, 64, 96, 128, 192, 256] },
    iterations: { low: 8, high: 20, whole: true },
    regularization: { low: 0.0005, high: 0.1, log: true },
    unobserved_weight: { low: 0.01, high: 1, log: true },
  },
  bpr: {
    num_factors: { choices: [32, 64, 128] },
    learning_rate: { low: 0.01, high: 0.2, log: true },
    regularization: { low: 0.0005, high: 0.1, log: true },
    num_negatives: { choices: [1, 2, 4, 8, 16] },
  },
  biased_sgd: {
    num_factors: { choices: [8, 16, 32, 64, 128] },
    learning_rate: { low: 0.005, high: 0.2, log: true },
    regularization: { low: 0.005, high: 0.3, log: true },
    epochs: { low: 10, high: 60, whole: true },
  },
  pure_svd: { num_factors: { low: 8, high: 400, log: true, whole: true } },
  graph_filter: {
    num_factors: { choices: [64, 128, 256, 384] },
    alpha: { low: 0, high: 1 },
  },
};

/** Models whose score foretells a value do not rank by the order of a history. */
const WITHOUT_ORDER: readonly ModelName[] = ['popularity', 'biased_sgd', 'ensemble'];

/** Uniform numbers in [0, 1) from a seed: SplitMix32 (after Steele, Lea & Flood 2014). */
export function seededUniform(seed: number): () => number {
  let state = (seed ^ Math.floor(seed / 2 ** 32)) | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Which models have settings worth searching. */
export function isTunable(model: ModelName): boolean {
  return SPACES[model] !== undefined;
}

/** Names of the settings that are searched for a model. */
export function searchedSettings(model: ModelName): string[] {
  return Object.keys(SPACES[model] ?? {});
}

/**
 * Settings drawn at random; those of `fixed` are kept.
 *
 * @param ordered whether the data has times, so that the order of a history may count
 */
export function drawSettings(
  model: ModelName,
  uniform: () => number,
  options: { fixed?: Settings | undefined; ordered: boolean },
): Settings {
  const drawn: Settings = {};
  for (const [name, dimension] of Object.entries(SPACES[model] ?? {})) {
    drawn[name] = draw(dimension, uniform());
  }
  const halfLife = draw(HALF_LIVES, uniform()) as number;
  if (options.ordered && halfLife > 0 && !WITHOUT_ORDER.includes(model)) {
    drawn.history_half_life = halfLife;
  }
  return { ...drawn, ...options.fixed };
}

function draw(dimension: Dimension, share: number): number | string | boolean {
  if ('choices' in dimension) {
    return dimension.choices[Math.floor(share * dimension.choices.length)] as number;
  }
  const { low, high, log, whole } = dimension;
  const value = log ? low * (high / low) ** share : low + (high - low) * share;
  return whole ? Math.round(value) : Number(value.toPrecision(3));
}

/** The settings with their passes over the data cut to a share, for a first look; at least two passes. */
export function atFidelity(
  settings: Settings,
  fidelity: number,
  defaults: { iterations?: number | undefined; epochs?: number | undefined },
): Settings {
  if (fidelity >= 1) return settings;
  const cut: Settings = { ...settings };
  for (const name of ['iterations', 'epochs'] as const) {
    const passes = settings[name] ?? defaults[name];
    if (typeof passes === 'number') cut[name] = Math.max(2, Math.round(passes * fidelity));
  }
  return cut;
}
