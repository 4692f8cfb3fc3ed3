import { middleMean } from '../middle.mjs';
import { readFactorModel } from '../plain/factor-model.mjs';
import { foldInto } from '../plain/fold-in.mjs';

const SHOWN = 10;

/**
 * The same search by inner product. It has no factors of a person, so these are computed before, outside the time
 * that counts; nor does it leave items out quickly, so it is asked for as many more as the person has met.
 */
export async function run({ read }, { task }) {
  const { loadHnswlib, __tla: loaded } = await import('/packages/hnswlib-wasm/dist/hnswlib.js');
  await loaded;
  const library = await loadHnswlib();
  const model = readFactorModel(await read(task.plainModel));
  const histories = new Int32Array(await read('histories'));
  const { historyLength, k } = task;
  const people = Math.min(histories.length / historyLength, task.plainPeople);
  const index = new library.BruteforceSearch('ip', model.k);
  index.initIndex(model.numItems);
  for (let item = 0; item < model.numItems; item++) {
    index.addPoint(model.factors.subarray(item * model.k, (item + 1) * model.k), item);
  }
  const foldIn = foldInto(model);
  const wanted = Math.min(k + historyLength, model.numItems);
  const lists = [];
  const times = [];
  for (let person = 0; person < people; person++) {
    const met = histories.subarray(person * historyLength, (person + 1) * historyLength);
    const user = Float32Array.from(foldIn(met));
    const search = () => index.searchKnn(user, wanted, undefined).neighbors;
    lists.push(
      search()
        .filter((item) => !met.includes(item))
        .slice(0, SHOWN),
    );
    for (let n = 0; n < task.repeats; n++) {
      const start = performance.now();
      search();
      times.push((performance.now() - start) / 1000);
    }
  }
  return { seconds: { list: middleMean(times) }, lists };
}
