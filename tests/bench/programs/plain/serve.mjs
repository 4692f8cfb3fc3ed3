import { middleMean } from '../middle.mjs';
import { dot } from './dot.mjs';
import { readFactorModel } from './factor-model.mjs';
import { addUp, foldInto } from './fold-in.mjs';
import { topOf } from './top.mjs';

const SHOWN = 10;

/** What programs/serve.mjs asks of the package: a person's factors, then the best of all items. */
export async function run({ read }, { task }) {
  const model = readFactorModel(await read(task.plainModel));
  const histories = new Int32Array(await read('histories'));
  const { historyLength, k } = task;
  const people = Math.min(histories.length / historyLength, task.plainPeople);
  const foldIn = model.regularization === undefined ? addUp(model) : foldInto(model);
  const top = topOf(k);
  const seen = new Uint8Array(model.numItems);
  const lists = [];
  const times = [];
  const listOf = (met) => {
    const user = foldIn(met);
    for (const item of met) seen[item] = 1;
    const list = rank(model, user, seen, top);
    for (const item of met) seen[item] = 0;
    return list;
  };
  for (let person = 0; person < people; person++) {
    const met = histories.subarray(person * historyLength, (person + 1) * historyLength);
    lists.push([...listOf(met).subarray(0, SHOWN)]);
    for (let n = 0; n < task.repeats; n++) {
      const start = performance.now();
      listOf(met);
      times.push((performance.now() - start) / 1000);
    }
  }
  return { seconds: { list: middleMean(times) }, lists };
}

/** Scores of all items; only those above 0 are ranked, as in the package. */
function rank({ factors, numItems, k }, user, seen, top) {
  top.clear();
  for (let item = 0, at = 0; item < numItems; item++, at += k) {
    const score = dot(factors, at, user, 0, k);
    if (score > top.threshold() && seen[item] === 0) top.add(item, score);
  }
  return top.sorted();
}
