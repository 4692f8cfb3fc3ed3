/** As the package defines them, for one test item a user. */
const METRICS = {
  'hit_rate@10': ({ rank }) => (rank < 10 ? 1 : 0),
  'ndcg@10': ({ rank }) => (rank < 10 ? 1 / Math.log2(rank + 2) : 0),
};

/**
 * @param {(user: number, item: number) => number} score
 * @param {import('../interaction-arrays.mjs').BenchData} data
 * @param {readonly string[]} names
 */
export function metricsOf(score, { test, negatives }, names) {
  const sums = Object.fromEntries(names.map((name) => [name, 0]));
  const others = new Map();
  for (const [n, user] of negatives.users.entries()) {
    if (!others.has(user)) others.set(user, []);
    others.get(user).push(negatives.items[n]);
  }
  let squares = 0;
  for (const [n, user] of test.users.entries()) {
    const wanted = score(user, test.items[n]);
    const rank = (others.get(user) ?? []).filter((item) => score(user, item) > wanted).length;
    squares += (wanted - test.values[n]) ** 2;
    for (const name of names) sums[name] += METRICS[name]?.({ rank }) ?? 0;
  }
  const count = test.users.length;
  return Object.fromEntries(
    names.map((name) => [name, name === 'rmse' ? Math.sqrt(squares / count) : sums[name] / count]),
  );
}
