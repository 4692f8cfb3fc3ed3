// Training a model, from interactions in the engine to the finished model.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { described, ml1m } from '../data/ml-1m.mjs';
import { generatePowerLaw } from '../data/power-law.mjs';
import { pack } from '../programs/interaction-arrays.mjs';

const OURS = ['native', 'node', 'chromium', 'firefox'];
const FASTEST = ['simd, 1', 'relaxed-threads, 1', 'relaxed-threads, 2'];
const SEED = 1;
const TIME = { train: { label: 'training', unit: 's' } };
const LIST_METRICS = ['hit_rate@10', 'ndcg@10'];
/** How far hit_rate@10 may be apart: builds of the core, and programs with random numbers of their own. */
const SAME_LISTS = { metric: { name: 'hit_rate@10', difference: 0.002, others: 0.01 } };

const IALS = {
  iterations: 12,
  regularization: 0.006,
  unobservedWeight: 0,
  initStddev: 0.1,
  solver: 'cg',
  cgSteps: 3,
};
const IALS_BOUND =
  'the conjugate gradients multiply each row’s system by a vector: for every interaction a row of factors is read ' +
  'twice, from the second- or third-level cache, with 4 operations a number; for every row the Gram matrix once. ' +
  'A row is 16 vectors of WebAssembly, each loaded for one multiplication and addition: 1.3 loads and 4 instructions for these 8 ' +
  'operations, at more than 5 instructions a cycle. native-128, the same code for such vectors compiled natively, is about a tenth ' +
  'quicker: the ratio to native is the width of the vectors. In a new page the compiler of hot code also takes its share of the ' +
  'second thread.';
const IALS_MOVE =
  'vectors of 256 bits in WebAssembly (natively they bring nearly all that 512 do), or a method that needs fewer products with the ' +
  'system; both builds would gain from the latter.';

/** Of trainings too short for a second thread to bring 1.8 times the speed in every run. */
const SECOND_THREAD =
  'for a second thread: longer work, for what is done by one (set-up, factorizations of small matrices) and the compiling of hot code ' +
  'in a new page weigh more the shorter a training is; and cores that share a cache. In Node, side by side and warm, two threads ' +
  'were 1.9 to 2.0 times as fast as one.';

/** @param {Partial<import('../measure.mjs').Workload> & { model: string, settings: Record<string, any> }} options */
function training({ model, settings, quickSettings = {}, data = ml1m, flopsOf, ...rest }) {
  return {
    program: 'train',
    measures: TIME,
    contestants: [...OURS, 'javascript-node'],
    check: SAME_LISTS,
    ...rest,
    load: async ({ quick, folder }) => {
      const { data: interactions, description } = await data({ quick });
      const file = join(folder, 'interactions');
      await writeFile(file, pack(interactions));
      const task = {
        model,
        settings: { ...settings, ...(quick && quickSettings) },
        metrics: rest.metrics ?? LIST_METRICS,
        seed: SEED,
      };
      const flops = flopsOf?.(interactions, task.settings);
      return { description, files: { interactions: file }, task, flops };
    },
  };
}

/** By the formula in inkling/ials.h. */
function ialsFlops({ numUsers, numItems, train }, { numFactors: k, iterations, cgSteps }) {
  const rows = numUsers + numItems;
  return iterations * 4 * (cgSteps + 1) * (2 * train.users.length * k + (rows * k * k) / 2);
}

/** Interactions by a power law, in a matrix as dense as MovieLens-1M. */
const generated =
  (scale) =>
  async ({ quick }) => {
    const shape = {
      numUsers: Math.round(6040 * scale),
      numItems: Math.round(3706 * scale),
      numTrain: Math.round(994_169 * scale * scale),
      numNegatives: 99,
    };
    return quick ? ml1m({ quick }) : described(generatePowerLaw(shape, 1), 'generated data');
  };

const growing = (name, scale) =>
  training({
    onlyInFull: true,
    name: `ials-${name}`,
    title: `iALS, 64 factors, ${name} interactions (growth)`,
    model: 'ials',
    settings: { ...IALS, numFactors: 64, iterations: 4 },
    data: generated(scale),
    contestants: ['native', 'chromium'],
    nativeThreads: [2],
    wasm: ['relaxed-threads, 2'],
    growth: {
      curve: 'training of iALS',
      size: Math.round(994_169 * scale * scale),
      of: 'interactions',
    },
    rounds: 2,
    flopsOf: ialsFlops,
    whatBoundsIt:
      'as above; time grows with the interactions, memory with interactions and factors.',
  });

/** @type {import('../measure.mjs').Workload[]} */
export const workloads = [
  training({
    name: 'ials-64',
    title: 'iALS, 64 factors, MovieLens-1M',
    model: 'ials',
    settings: { ...IALS, numFactors: 64 },
    quickSettings: { iterations: 3 },
    contestants: ['native-128', ...OURS, 'javascript-node'],
    once: ['javascript-node'],
    flopsOf: ialsFlops,
    whatBoundsIt: IALS_BOUND,
    whatWouldMoveIt: IALS_MOVE,
  }),
  training({
    name: 'ials-192',
    onlyInFull: true,
    title: 'iALS, 192 factors, MovieLens-1M',
    model: 'ials',
    // Chosen on the validation split, as in tests/quality.
    settings: {
      ...IALS,
      numFactors: 192,
      iterations: 20,
      regularization: 0.007,
      unobservedWeight: 0.3,
    },
    quickSettings: { iterations: 2 },
    contestants: ['native-128', ...OURS],
    wasm: FASTEST,
    rounds: 2,
    flopsOf: ialsFlops,
    whatBoundsIt: IALS_BOUND,
  }),
  training({
    name: 'biased-sgd',
    title: 'Biased SGD, 64 factors, ratings of MovieLens-1M, one epoch',
    model: 'biased_sgd',
    settings: {
      numFactors: 64,
      epochs: 10,
      learningRate: 0.05,
      regularization: 0.03,
      initStddev: 0.1,
    },
    measures: { train: { label: 'an epoch', unit: 'ms', per: 10 } },
    metrics: ['rmse'],
    check: { metric: { name: 'rmse', difference: 0.01, others: 0.03 } },
    once: ['javascript-node'],
    flopsOf: ({ train }, { numFactors, epochs }) => 10 * train.users.length * numFactors * epochs,
    whatBoundsIt:
      'each rating reads and writes two rows of factors at random: 1.25 KB of traffic from the second-level cache and ' +
      'beyond against 640 operations. The rows of items go from one thread to the other eight times an epoch, so a second thread ' +
      'brings what the way from core to core leaves.',
    whatWouldMoveIt:
      'cores that share a cache: while they did here (some 50 ns from core to core), two threads were 1.7 times as fast as one; on ' +
      'two chips (some 250 ns) no faster.',
  }),
  training({
    name: 'bpr',
    title: 'BPR, 64 factors, 6 draws an interaction, MovieLens-1M, one epoch',
    model: 'bpr',
    settings: {
      numFactors: 64,
      epochs: 5,
      learningRate: 0.1,
      regularization: 0.02,
      numNegatives: 6,
      initStddev: 0.1,
    },
    measures: { train: { label: 'an epoch', unit: 'ms', per: 5 } },
    wasm: FASTEST,
    rounds: 2,
    check: { metric: { name: 'hit_rate@10', difference: 0.01, others: 0.03 } },
    once: ['javascript-node'],
    flopsOf: ({ train }, { numFactors, numNegatives, epochs }) =>
      2 * train.users.length * (numNegatives + 5) * numFactors * epochs,
    whatWouldMoveIt: SECOND_THREAD,
    whatBoundsIt:
      'each interaction reads 8 rows of factors at random and searches six times among the items its user has met.',
  }),
  training({
    name: 'item-neighbors',
    title: 'Item neighbours, MovieLens-1M',
    model: 'item_neighbors',
    settings: {
      numNeighbors: 100,
      similarity: 'asymmetric_cosine',
      alpha: 0.35,
      weighting: 'none',
      shrinkage: 10,
      normalizeUsers: true,
    },
    wasm: FASTEST,
    whatBoundsIt:
      'the sum over users of (items of the user)² additions to places all over a row of sums, no two of which a vector ' +
      'instruction could do at once.',
  }),
  training({
    name: 'ease',
    title: 'EASE, MovieLens-1M',
    model: 'ease',
    settings: { l2: 0, numNeighbors: 0 },
    contestants: [...OURS, 'javascript-node'],
    wasm: FASTEST,
    once: ['javascript-node'],
    rounds: 2,
    flopsOf: ({ numItems }) => numItems ** 3,
    whatWouldMoveIt: SECOND_THREAD,
    whatBoundsIt:
      'items³ operations of a blocked inverse, from registers and the first-level cache: multiply-adds a cycle.',
  }),
  training({
    name: 'pure-svd',
    title: 'Pure SVD, 64 factors, MovieLens-1M',
    model: 'pure_svd',
    settings: { numFactors: 64, iterations: 10, userExponent: 0.25, itemExponent: 0.35 },
    wasm: FASTEST,
    once: ['javascript-node'],
    whatWouldMoveIt: SECOND_THREAD,
    whatBoundsIt:
      'for every interaction a row of the block is read at random and added to another, twice an iteration.',
  }),
  training({
    name: 'sasrec',
    title: 'SASRec, 64 factors, 2 blocks, softmax over all items, MovieLens-1M, one epoch',
    model: 'sasrec',
    settings: { numFactors: 64, numBlocks: 2, epochs: 1, patience: 0 },
    measures: { train: { label: 'an epoch', unit: 's' } },
    contestants: ['native-128', 'native', 'node', 'chromium'],
    wasm: ['relaxed-threads, 2'],
    rounds: 2,
    check: { metric: { name: 'hit_rate@10', difference: 0.01, others: 0.03 } },
    flopsOf: ({ numItems, train }, { numFactors: k, numBlocks }) =>
      6 * (numItems + 6 * numBlocks * k) * k * train.users.length,
    whatBoundsIt:
      'products of matrices, three quarters of them with the factors of all items, from registers and the first-level cache: ' +
      'multiply-adds a cycle, for which vectors of 512 bits do four times the work of those of WebAssembly. The rest is the ' +
      'exponentials of all scores, which vectors make too.',
  }),
  growing('62k', 0.25),
  growing('249k', 0.5),
  growing('994k', 1),
  growing('4M', 2),
];
