import { byItem, byUser } from './sparse-rows.mjs';
import { topOf } from './top.mjs';

/** Asymmetric cosine of items, users normalized, as cpp/include/inkling/item_neighbors.h says. */
export function train(data, settings) {
  const { numNeighbors, alpha, shrinkage } = settings;
  const { numItems, numUsers } = data;
  const users = byUser(data);
  const items = byItem(data);
  const userWeights = new Float64Array(numUsers); // squared
  let known = 0;
  let total = 0;
  for (let user = 0; user < numUsers; user++) {
    const length = users.offsets[user + 1] - users.offsets[user];
    if (length === 0) continue;
    userWeights[user] = 1 / length;
    known++;
    total += 1 / length;
  }
  const lengths = new Float64Array(numItems);
  for (let item = 0; item < numItems; item++) {
    for (let n = items.offsets[item]; n < items.offsets[item + 1]; n++) {
      lengths[item] += userWeights[items.columns[n]];
    }
  }
  const shrunk = (shrinkage * total) / known;
  const sourceNorms = lengths.map((length) => length ** (1 - alpha));
  const sums = new Float64Array(numItems);
  const touched = new Int32Array(numItems);
  const nearest = topOf(numNeighbors);
  const neighbors = [];
  for (let target = 0; target < numItems; target++) {
    let count = 0;
    for (let n = items.offsets[target]; n < items.offsets[target + 1]; n++) {
      const user = items.columns[n];
      const weight = userWeights[user];
      for (let m = users.offsets[user]; m < users.offsets[user + 1]; m++) {
        const item = users.columns[m];
        if (sums[item] === 0) touched[count++] = item;
        sums[item] += weight;
      }
    }
    const norm = lengths[target] ** alpha;
    sums[target] = 0;
    nearest.clear();
    for (let n = 0; n < count; n++) {
      const item = touched[n];
      sums[item] /= norm * sourceNorms[item] + shrunk;
      if (sums[item] > nearest.threshold()) nearest.add(item, sums[item]);
    }
    neighbors.push(new Map(Array.from(nearest.sorted(), (item) => [item, sums[item]])));
    for (let n = 0; n < count; n++) sums[touched[n]] = 0;
  }
  return (user, item) => {
    let sum = 0;
    for (let n = users.offsets[user]; n < users.offsets[user + 1]; n++) {
      sum += neighbors[item].get(users.columns[n]) ?? 0;
    }
    return sum;
  };
}
