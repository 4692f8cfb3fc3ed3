// MovieLens-1M in the split of the NCF paper, or generated data of its size; small with --quick.
import { hasNcfData, readNcfData } from './ncf-ml-1m.mjs';
import { generatePowerLaw } from './power-law.mjs';

const SHAPE = { numUsers: 6040, numItems: 3706, numTrain: 994_169, numNegatives: 99 };
const QUICK_SHAPE = { numUsers: 800, numItems: 600, numTrain: 40_000, numNegatives: 99 };

/** @type {Promise<import('../programs/interaction-arrays.mjs').BenchData> | undefined} */
let real;

/** @param {{ quick: boolean }} options */
export async function ml1m({ quick }) {
  if (quick) return described(generatePowerLaw(QUICK_SHAPE, 1), 'generated data');
  if (!hasNcfData()) {
    const what = 'generated data of the size of MovieLens-1M, whose files are not here';
    return described(generatePowerLaw(SHAPE, 1), what);
  }
  real ??= readNcfData();
  return described(await real, 'MovieLens-1M in the split of He et al. (2017)');
}

/** @param {import('../programs/interaction-arrays.mjs').BenchData} data */
export function described(data, what) {
  const { numUsers, numItems, train, test } = data;
  const size = `${numUsers} users, ${numItems} items, ${train.users.length} interactions`;
  return { data, description: `${what}: ${size}, ${test.users.length} test rows` };
}
