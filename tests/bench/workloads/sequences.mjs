// What comes next for one person: a list when all of a history is read anew, and after one event more.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mulberry32 } from '../data/power-law.mjs';

const ITEMS = 3416;
const EVENTS = 50;
const FURTHER = 20;
const SEED = 1;

/** @type {import('../measure.mjs').Workload[]} */
export const workloads = [
  {
    name: 'what-next',
    title: `SASRec: a list of 10 of ${ITEMS} items, ${EVENTS} past events, 64 factors, 2 blocks`,
    program: 'what-next',
    measures: {
      full: { label: 'all events read', unit: 'ms' },
      event: { label: 'after one event more', unit: 'ms' },
    },
    contestants: ['node', 'chromium', 'firefox'],
    wasm: ['simd, 1', 'relaxed-threads, 1'],
    whatBoundsIt:
      'products of the rows of the events with 200 KB of weights, which stay in the second-level cache; for one event more ' +
      'these weights are read for one row, and the factors of all items once.',
    load: async ({ quick, folder }) => {
      const model = join(folder, 'model.safetensors');
      await writeFile(model, await randomModel());
      return {
        description: `a model that has seen random histories once, ${EVENTS} and ${FURTHER} further events of a person`,
        files: { model },
        task: { events: EVENTS, further: FURTHER, repeats: quick ? 2 : 20 },
      };
    },
  },
];

/** How fast a model is does not hang on what it has learned. */
async function randomModel() {
  const { Recommender } = await import('../../../dist/node.js');
  const random = mulberry32(SEED);
  const interactions = Array.from({ length: 2 * ITEMS }, (_, n) => ({
    user: String(n % 64),
    item: String(n < ITEMS ? n : Math.floor(random() * ITEMS)),
    timestamp: n,
  }));
  const recommender = await Recommender.open({ storage: 'memory' });
  try {
    const { modelFile } = await recommender.train(interactions, {
      model: 'sasrec',
      settings: { numFactors: 64, numBlocks: 2, epochs: 1, patience: 0 },
      use: false,
    });
    return modelFile;
  } finally {
    await recommender.close();
  }
}
