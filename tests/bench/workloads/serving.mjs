// Lists for one person: what the engine's worker does for `recommend`.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NUM_FACTORS, randomHistories, writeFactorModel } from '../data/factor-model.mjs';

const K = 100;
const SEED = 1;
const MEASURES = {
  list: { label: 'a list', unit: 'ms' },
  call: { label: 'with the way to the worker', unit: 'ms' },
};
const OURS = ['native', 'node', 'chromium', 'firefox'];
const PLAIN = ['javascript-node', 'javascript-chromium'];
/** Scores that differ in the last bits may change places at the end of a list. */
const CHECK = { lists: { share: 0.97, reference: 'javascript-node' } };
/** Where every run takes seconds to load. */
const LARGE = {
  onlyInFull: true,
  rounds: 2,
  wasm: ['simd, 1', 'relaxed-threads, 1', 'relaxed-threads, 2'],
  contestants: ['native', 'node', 'chromium', 'javascript-node'],
};
const QUICK_PEOPLE = 10;
const QUICK_ITEMS = 20_000;

/**
 * With `storage: 'int8'` the model that the plain program reads has the same rounded factors, as floats.
 * @param {Partial<import('../measure.mjs').Workload> & { numItems: number, people: number, plainPeople?: number,
 *   repeats: number, k?: number, model?: 'ials' | 'pure_svd', storage?: 'f32' | 'int8' }} options
 */
function listsOf({
  numItems,
  people,
  plainPeople = people,
  repeats,
  k = K,
  model,
  storage,
  ...rest
}) {
  return {
    program: 'serve',
    measures: MEASURES,
    contestants: [...OURS, ...PLAIN],
    check: CHECK,
    ...rest,
    load: async ({ quick, folder }) => {
      const items = quick ? Math.min(numItems, QUICK_ITEMS) : numItems;
      const files = {
        model: join(folder, 'model.safetensors'),
        histories: join(folder, 'histories'),
      };
      await writeFactorModel(files.model, { numItems: items, seed: SEED, model, storage });
      if (storage === 'int8') {
        files.floats = join(folder, 'floats.safetensors');
        await writeFactorModel(files.floats, { numItems: items, seed: SEED, rounded: true });
      }
      const count = quick ? QUICK_PEOPLE : people;
      const { histories, historyLength } = randomHistories(count, items, SEED + 1);
      await writeFile(files.histories, histories);
      // What is scanned: integers and a scale a row, unless the model makes no copy in integers.
      const rowBytes = model === 'pure_svd' ? 4 * NUM_FACTORS : NUM_FACTORS + 4;
      return {
        ...(k === K
          ? { flops: 2 * items * NUM_FACTORS, bytes: items * rowBytes }
          : { flops: foldInFlops(historyLength) }),
        description:
          `${items} items with 64 Gaussian factors; ${count} people with ${historyLength} events each, ` +
          `${repeats} lists of ${k} for each`,
        files,
        task: {
          historyLength,
          k,
          repeats,
          plainPeople: Math.min(plainPeople, count),
          plainModel: storage === 'int8' ? 'floats' : 'model',
        },
      };
    },
  };
}

/** By the formula in inkling/ials.h. */
const foldInFlops = (events) => events * NUM_FACTORS ** 2 + NUM_FACTORS ** 3 / 3;

const topOf = (name, numItems, people, more = {}) =>
  listsOf({
    name: `top-100-${name}`,
    title: `Exact top 100 of ${name} × 64, f32`,
    numItems,
    people,
    repeats: 3,
    growth: { curve: 'a list of 100', size: numItems, of: 'items' },
    whatBoundsIt:
      'all items are scanned as 8-bit integers with a scale, 68 bytes and 128 operations an item, and some 200 of them scored ' +
      'in f32: integer multiply-adds, 8 an instruction in WebAssembly and 32 natively, and memory speed where the scan does not fit ' +
      'into the cache.',
    ...more,
  });

/** Of a model file with 8-bit factors. */
const roundedTopOf = (name, numItems, people, plainPeople) =>
  topOf(name, numItems, people, {
    name: `top-100-${name}-int8`,
    title: `Top 100 of ${name} × 64, model file with int8 factors`,
    storage: 'int8',
    plainPeople,
    contestants: [...OURS, 'javascript-node'],
    growth: { curve: 'a list of 100, int8', size: numItems, of: 'items' },
  });

/** @type {import('../measure.mjs').Workload[]} */
export const workloads = [
  listsOf({
    name: 'fold-in',
    title: 'Fold-in of 50 events, 64 factors',
    numItems: 200,
    people: 200,
    repeats: 10,
    k: 10,
    nativeThreads: [1],
    whatBoundsIt:
      '50 × 64² / 2 + 64³ / 6 multiply-adds of the solution; the catalogue is so small that its scores cost next to ' +
      'nothing. In the package also what surrounds it: events to weights, indices to ids, the crossing of the seam.',
  }),
  topOf('10k', 10_000, 200, { contestants: [...OURS, ...PLAIN, 'hnswlib-wasm'] }),
  topOf('100k', 100_000, 200, {
    contestants: ['native-128', ...OURS, ...PLAIN, 'hnswlib-wasm'],
  }),
  topOf('100k', 100_000, 200, {
    contestants: ['native-128', ...OURS, ...PLAIN],
    name: 'top-100-100k-floats',
    title:
      'Exact top 100 of 100k × 64, f32, by scores of all (pure_svd, which makes no copy in integers)',
    model: 'pure_svd',
    growth: undefined,
    whatBoundsIt:
      'every list reads 25.6 MB of factors, which just about fit into a third-level cache of 32 MB. With vectors of 4 floats a ' +
      'cache line takes 12 instructions, with those of 16 two, so that fewer lines are on their way at once: with one thread ' +
      'native-128 shows how much of the ratio that is. With two, to wake the second takes a good part of such a list.',
    whatWouldMoveIt:
      'wider vectors in WebAssembly. Models whose scores are a product alone (ials, bpr) are scanned in integers instead: ' +
      '`top-100-100k`, the same list of the same size in less time than the native scores of all take.',
  }),
  topOf('1M', 1_000_000, 40, {
    plainPeople: 5,
    ...LARGE,
  }),
  roundedTopOf('10k', 10_000, 200, 200),
  roundedTopOf('100k', 100_000, 200, 200),
  { ...roundedTopOf('1M', 1_000_000, 200, 20), ...LARGE },
];
