// Lists that are more than the best scores: what the core does for one of them.
import { join } from 'node:path';
import { writeFactorModel } from '../data/factor-model.mjs';

const CANDIDATES = 500;
const K = 100;
const SEED = 1;

/** @type {import('../measure.mjs').Workload[]} */
export const workloads = [
  {
    name: 'rerank',
    title: 'Re-ranking: a list of 100 from 500 candidates × 64',
    program: 'rerank',
    measures: {
      dpp: { label: 'dpp', unit: 'ms' },
      mmr: { label: 'mmr', unit: 'ms' },
      msd: { label: 'msd', unit: 'ms' },
    },
    contestants: ['node', 'chromium', 'firefox'],
    wasm: ['simd, 1', 'relaxed-threads, 1'],
    whatBoundsIt:
      'a row of 500 cosines for each of 100 places, and for dpp the rows of the Cholesky factor so far: 500 × 100² / 2 ' +
      'multiply-adds. One thread does it all.',
    load: async ({ quick, folder }) => {
      const files = { model: join(folder, 'model.safetensors') };
      await writeFactorModel(files.model, { numItems: CANDIDATES, seed: SEED });
      return {
        description: `${CANDIDATES} Gaussian vectors of 64 numbers, scores at random, weight 0.5`,
        files,
        task: { k: K, repeats: quick ? 5 : 60 },
      };
    },
  },
];
