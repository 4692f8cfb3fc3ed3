// What each model's training is in plain JavaScript: typed arrays, one thread, no packages. Each trainer takes the
// data, its settings (all of them given) and a seed, and returns a function that scores an item for a user.
import { unpack } from '../interaction-arrays.mjs';
import { metricsOf } from './metrics.mjs';

const TRAINERS = {
  biased_sgd: () => import('./biased-sgd.mjs'),
  bpr: () => import('./bpr.mjs'),
  ease: () => import('./ease.mjs'),
  ials: () => import('./ials.mjs'),
  item_neighbors: () => import('./item-neighbors.mjs'),
  pure_svd: () => import('./pure-svd.mjs'),
};

export const plainModels = Object.keys(TRAINERS);

export async function run({ read }, { task }) {
  const data = unpack(new Int32Array(await read('interactions')));
  const { train } = await TRAINERS[task.model]();
  const start = performance.now();
  const score = train(data, task.settings, task.seed);
  const seconds = (performance.now() - start) / 1000;
  return { seconds: { train: seconds }, metrics: metricsOf(score, data, task.metrics) };
}
