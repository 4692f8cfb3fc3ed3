import { dot } from './dot.mjs';
import { randomFactors, uniformNumbers } from './random.mjs';

/** Matrix factorization of ratings with biases, as cpp/include/inkling/biased_sgd.h says; rows in random order. */
export function train(data, settings, seed) {
  const { numFactors: k, epochs, learningRate, regularization, initStddev } = settings;
  const { users, items, values } = data.train;
  const random = uniformNumbers(seed);
  const userFactors = randomFactors(data.numUsers, k, initStddev, random);
  const itemFactors = randomFactors(data.numItems, k, initStddev, random);
  const userBiases = new Float32Array(data.numUsers);
  const itemBiases = new Float32Array(data.numItems);
  let [least, greatest, total] = [values[0], values[0], 0];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    total += value;
  }
  const middle = (least + greatest) / 2;
  const halfRange = (greatest - least) / 2;
  const mean = (total / values.length - middle) / halfRange;
  const order = shuffled(users.length, random);
  // Read in this order, so that an epoch goes through memory once.
  const rowUsers = order.map((n) => users[n]);
  const rowItems = order.map((n) => items[n]);
  const rowValues = Float32Array.from(order, (n) => (values[n] - middle) / halfRange - mean);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = learningRate * (1 - epoch / epochs);
    const kept = 1 / (1 + rate * regularization);
    for (let n = 0; n < rowUsers.length; n++) {
      const user = rowUsers[n];
      const item = rowItems[n];
      const u = user * k;
      const i = item * k;
      const product = dot(userFactors, u, itemFactors, i, k);
      const pull = rate * (rowValues[n] - userBiases[user] - itemBiases[item] - product);
      userBiases[user] = kept * userBiases[user] + pull;
      itemBiases[item] = kept * itemBiases[item] + pull;
      for (let f = 0; f < k; f++) {
        const x = userFactors[u + f];
        const y = itemFactors[i + f];
        userFactors[u + f] = kept * x + pull * y;
        itemFactors[i + f] = kept * y + pull * x;
      }
    }
  }
  return (user, item) => {
    const product = dot(userFactors, user * k, itemFactors, item * k, k);
    return middle + halfRange * (mean + userBiases[user] + itemBiases[item] + product);
  };
}

function shuffled(count, random) {
  const order = Int32Array.from({ length: count }, (_, n) => n);
  for (let n = count - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1));
    [order[n], order[other]] = [order[other], order[n]];
  }
  return order;
}
