import { unpack } from './interaction-arrays.mjs';

/**
 * What the JavaScript contestants do, in Node and in browsers: opens a recommender, trains and
 * evaluates, closes it. The time of the training is taken by the package itself.
 * @param {{ open(options: object): Promise<any> }} Recommender the package's
 * @param {Int32Array} packed the data, as in interaction-arrays.mjs
 * @param {{ variant: string, threads: number }} build
 * @param {import('../run.mjs').Task} task
 */
export async function evaluate(Recommender, packed, build, task) {
  const data = unpack(packed);
  // Ids are the indices, and all of them are listed: the native program then sees the same rows.
  const userIds = Array.from({ length: data.numUsers }, (_, user) => String(user));
  const itemIds = Array.from({ length: data.numItems }, (_, item) => String(item));
  const tableOf = ({ users, items }) => {
    const values = new Float32Array(users.length).fill(1);
    return { userIds, itemIds, users, items, values, timestamps: null };
  };
  const recommender = await Recommender.open({ ...build, storage: 'memory' });
  try {
    const { seconds, metrics, variant, threads } = await recommender.evaluate({
      ...task,
      train: tableOf(data.train),
      test: tableOf(data.test),
      negatives: rowsOf(data.negatives, userIds, itemIds),
    });
    return { seconds, metrics, variant, threads };
  } finally {
    await recommender.close();
  }
}

function rowsOf({ users, items }, userIds, itemIds) {
  const rows = new Map();
  for (const [n, user] of users.entries()) {
    if (!rows.has(user)) rows.set(user, { user: userIds[user], items: [] });
    rows.get(user).items.push(itemIds[items[n]]);
  }
  return rows.size > 0 ? [...rows.values()] : undefined;
}
