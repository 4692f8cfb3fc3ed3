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
    similarity: SIMILARITY,
    alpha: { low: 0.2, high: 0.6 },
    weighting: WEIGHTING,
    shrinkage: { low: 1, high: 300, log: true },
    normalize_users: { choices: [true, false] },
  },
  user_neighbors: {
    num_neighbors: { low: 50, high: 1000, log: true, whole: true },
    similarity: SIMILARITY,
    alpha: { low: 0.1, high: 0.6 },
    weighting: WEIGHTING,
    shrinkage: { low: 0.1, high: 100, log: true },
    amplification: { low: 0.5, high: 3 },
    beta: { low: 0, high: 0.8 },
  },
  item_graph: {
    num_neighbors: { low: 50, high: 1000, log: true, whole: true },
    alpha: { low: 0.4, high: 1.4 },
    beta: { low: 0.1, high: 0.9 },
  },
  ease: { l2: { low: 10, high: 10_000, log: true } },
  sparse_linear: {
    l1: { low: 0.002, high: 0.2, log: true },
    l2: { low: 0.1, high: 20, log: true },
    num_neighbors: { low: 100, high: 1000, log: true, whole: true },
  },
  ials: {
    num_factors: { choices: [32, 64, 96, 128, 192, 256] },
    iterations: { low: 8, high: 20, whole: true },
    regularization: { low: 0.001, high: 0.05, log: true },
    unobserved_weight: { low: 0.001, high: 1, log: true },
  },
  bpr: {
    num_factors: { choices: [32, 64, 128] },
    learning_rate: { low: 0.02, high: 0.3, log: true },
    regularization: { low: 0.002, high: 0.1, log: true },
    num_negatives: { choices: [2, 4, 6, 10, 16] },
  },
  biased_sgd: {
    num_factors: { choices: [8, 16, 32, 64, 128] },
    learning_rate: { low: 0.01, high: 0.2, log: true },
    regularization: { low: 0.005, high: 0.3, log: true },
    epochs: { low: 10, high: 60, whole: true },
  },
  pure_svd: {
    num_factors: { low: 16, high: 400, log: true, whole: true },
    user_exponent: { low: 0, high: 0.6 },
    item_exponent: { low: 0, high: 0.6 },
  },
  graph_filter: {
    num_factors: { choices: [64, 128, 256, 384] },
    alpha: { low: 0.05, high: 1.2 },
    num_neighbors: { choices: [100, 200, 400] },
  },
  sasrec: {
    num_factors: { choices: [32, 64, 96, 128] },
    num_blocks: { choices: [1, 2, 3] },
    num_heads: { choices: [1, 2, 4] },
    dropout: { low: 0.1, high: 0.5 },
    learning_rate: { low: 0.0003, high: 0.003, log: true },
  },
  gru: {
    num_factors: { choices: [32, 64, 96, 128] },
    dropout: { low: 0.1, high: 0.5 },
    learning_rate: { low: 0.0003, high: 0.003, log: true },
  },
};

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

/**
 * Settings drawn at random; those of `fixed` are kept. Half of the draws keep the half-life that did best so far, for it
 * often matters more than all the rest.
 *
 * @param options.ordered whether the order of a history may count
 * @param options.halfLife that did best with this model so far
 */
export function drawSettings(
  model: ModelName,
  uniform: () => number,
  options: { fixed?: Settings | undefined; ordered: boolean; halfLife?: number | undefined },
): Settings {
  const drawn: Settings = {};
  for (const [name, dimension] of Object.entries(SPACES[model] ?? {})) {
    drawn[name] = draw(dimension, uniform());
  }
  const drawnHalfLife = draw(HALF_LIVES, uniform()) as number;
  const halfLife = uniform() < 0.5 ? (options.halfLife ?? drawnHalfLife) : drawnHalfLife;
  if (options.ordered && halfLife > 0) {
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
