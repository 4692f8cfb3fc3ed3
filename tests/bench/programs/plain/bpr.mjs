import { dot } from './dot.mjs';
import { randomFactors, uniformNumbers } from './random.mjs';
import { byUser } from './sparse-rows.mjs';

/** BPR with the hardest of a few drawn items, as cpp/include/inkling/bpr.h says. */
export function train(data, settings, seed) {
  const {
    numFactors: k,
    epochs,
    learningRate,
    regularization,
    numNegatives,
    initStddev,
  } = settings;
  const { numUsers, numItems } = data;
  const { users, items } = data.train;
  const random = uniformNumbers(seed);
  const userFactors = randomFactors(numUsers, k, initStddev, random);
  const itemFactors = randomFactors(numItems, k, initStddev, random);
  const { offsets, columns } = byUser(data);
  for (let user = 0; user < numUsers; user++) {
    columns.subarray(offsets[user], offsets[user + 1]).sort();
  }
  const isMet = (user, item) => {
    let [low, high] = [offsets[user], offsets[user + 1]];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (columns[middle] < item) low = middle + 1;
      else high = middle;
    }
    return low < offsets[user + 1] && columns[low] === item;
  };
  const score = (user, item) => dot(userFactors, user * k, itemFactors, item * k, k);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = learningRate * (1 - epoch / epochs);
    const kept = 1 / (1 + rate * regularization);
    for (let n = 0; n < users.length; n++) {
      const row = Math.floor(random() * users.length);
      const user = users[row];
      const wanted = items[row];
      let other = -1;
      let highest = 0;
      for (let draw = 0; draw < numNegatives; draw++) {
        const item = Math.floor(random() * numItems);
        const found = score(user, item);
        if ((other < 0 || found > highest) && !isMet(user, item)) {
          other = item;
          highest = found;
        }
      }
      if (other < 0) continue;
      const pull = rate / (1 + Math.exp(score(user, wanted) - highest));
      for (let f = 0, u = user * k, i = wanted * k, j = other * k; f < k; f++) {
        const x = userFactors[u + f];
        const y = itemFactors[i + f];
        const z = itemFactors[j + f];
        userFactors[u + f] = kept * x + pull * (y - z);
        itemFactors[i + f] = kept * y + pull * x;
        itemFactors[j + f] = kept * z - pull * x;
      }
    }
  }
  return score;
}
