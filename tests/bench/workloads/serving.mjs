// Lists for one person: what the engine's worker does for `recommend`.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomHistories, writeFactorModel } from '../data/factor-model.mjs';

const K = 100;
const SEED = 1;
const MEASURES = {
  list: { label: 'a list', unit: 'ms' },
  call: { label: 'with the way to the worker', unit: 'ms' },
};
const CONTESTANTS = [
  'native',
  'node',
  'chromium',
  'firefox',
  'javascript-node',
  'javascript-chromium',
];
/** Scores that differ in the last bits may change places at the end of a list. */
const CHECK = { lists: { share: 0.97 } };
const QUICK_PEOPLE = 10;

function listsOf({ numItems, people, plainPeople = people, repeats, k = K, ...rest }) {
  return {
    program: 'serve',
    measures: MEASURES,
    contestants: CONTESTANTS,
    nativeThreads: [1],
    check: CHECK,
    ...rest,
    load: async ({ quick, folder }) => {
      const files = {
        model: join(folder, 'model.safetensors'),
        histories: join(folder, 'histories'),
      };
      const items = quick ? Math.min(numItems, 20_000) : numItems;
      await writeFactorModel(files.model, items, SEED);
      const count = quick ? QUICK_PEOPLE : people;
      const { histories, historyLength } = randomHistories(count, items, SEED + 1);
      await writeFile(files.histories, histories);
      return {
        description:
          `${items} items with 64 Gaussian factors; ${count} people with ${historyLength} events each, ` +
          `${repeats} lists of ${k} for each`,
        files,
        task: { historyLength, k, repeats, plainPeople: Math.min(plainPeople, count) },
      };
    },
  };
}

const topOf = (name, numItems, people, more = {}) =>
  listsOf({
    name: `top-100-${name}`,
    title: `Exact top 100 of ${name} × 64, f32`,
    numItems,
    people,
    repeats: 3,
    growth: { curve: 'a list of 100', size: numItems, of: 'items' },
    whatBoundsIt:
      `all factors are read once, ${Math.round((numItems * 256) / 1e6)} MB, for 128 operations an item: memory speed ` +
      'where they do not fit into the cache.',
    ...more,
  });

/** @type {import('../measure.mjs').Workload[]} */
export const workloads = [
  topOf('10k', 10_000, 200, { contestants: [...CONTESTANTS, 'hnswlib-wasm'] }),
  topOf('100k', 100_000, 200, { plainPeople: 40, contestants: [...CONTESTANTS, 'hnswlib-wasm'] }),
  topOf('1M', 1_000_000, 40, {
    onlyInFull: true,
    plainPeople: 5,
    wasm: ['simd, 1', 'relaxed-threads, 1', 'relaxed-threads, 2'],
    contestants: ['native', 'node', 'chromium', 'javascript-node'],
    rounds: 2,
  }),
  listsOf({
    name: 'fold-in',
    title: 'Fold-in of 50 events, 64 factors',
    numItems: 200,
    people: 200,
    repeats: 10,
    k: 10,
    whatBoundsIt:
      '50 × 64² / 2 + 64³ / 6 multiply-adds of the solution; the catalogue is so small that its scores cost next to ' +
      'nothing. In the package also what surrounds it: events to weights, indices to ids, the crossing of the seam.',
  }),
];
