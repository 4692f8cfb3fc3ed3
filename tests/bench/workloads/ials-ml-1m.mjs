// iALS on the MovieLens-1M split of the NCF paper, or on generated data of its size.
import { hasNcfData, readNcfData } from '../data/ncf-ml-1m.mjs';
import { generatePowerLaw } from '../data/power-law.mjs';

const SHAPE = { numUsers: 6040, numItems: 3706, numTrain: 994_169, numNegatives: 99 };
const NUM_FACTORS = 64;
const QUICK_ITERATIONS = 2;
const ITERATIONS = 12;

export const title = 'iALS, 64 factors, MovieLens-1M';

/** Contestants whose results differ by more than this did not do the same work. */
export const tolerance = { metric: 'hit_rate@10', difference: 0.002 };

export const whatBoundsIt =
  'The time goes into the normal equations: per observed pair, a 64-float row times itself is ' +
  'added to a 64 × 64 matrix (its upper half), from registers and the first-level cache; the ' +
  'Cholesky factorizations are a tenth of the operations. So the bound is floating-point ' +
  'multiply-adds per cycle: WebAssembly has vectors of 4 floats, native code those of the ' +
  'machine (16 with AVX-512, 8 with AVX2). Where the processor has multipliers and adders of ' +
  'their own, relaxed SIMD (the fused multiply-add) gains little.';

/** @param {{ quick: boolean }} options */
export async function load({ quick }) {
  const real = hasNcfData();
  const data = real ? await readNcfData() : generatePowerLaw(SHAPE, 1);
  const iterations = quick ? QUICK_ITERATIONS : ITERATIONS;
  const size =
    `${data.numUsers} users, ${data.numItems} items, ${data.train.users.length} interactions, ` +
    `${data.test.users.length} test rows`;
  return {
    description: real
      ? `MovieLens-1M in the split of He et al. (2017): ${size}`
      : `generated data of the size of MovieLens-1M, whose files are not here: ${size}`,
    data,
    task: {
      model: 'ials',
      settings: { numFactors: NUM_FACTORS, iterations },
      metrics: ['hit_rate@10', 'ndcg@10'],
      seed: 1,
    },
    flops: iterations * flopsOfIteration(data),
  };
}

/** By the formula in inkling/ials.h; half the matrices suffice, as they are symmetric. */
function flopsOfIteration({ numUsers, numItems, train }) {
  const normalEquations = 2 * train.users.length * NUM_FACTORS * (NUM_FACTORS + 1);
  return normalEquations + ((numUsers + numItems) * NUM_FACTORS ** 3) / 3;
}
