import { unpack } from './interaction-arrays.mjs';

/** Opens a recommender, trains and measures, closes it. The package itself takes the time of the training. */
export async function run({ loadPackage, read }, { task, build }) {
  const { Recommender } = await loadPackage();
  const data = unpack(new Int32Array(await read('interactions')));
  // Ids are the indices, and all of them are listed: the native program then sees the same rows.
  const userIds = Array.from({ length: data.numUsers }, (_, user) => String(user));
  const itemIds = Array.from({ length: data.numItems }, (_, item) => String(item));
  const tableOf = (rows) => ({ ...rows, userIds, itemIds, timestamps: null });
  const recommender = await Recommender.open({ ...build, storage: 'memory' });
  try {
    const { seconds, metrics, peak_memory_bytes } = await recommender.evaluate({
      model: task.model,
      settings: task.settings,
      metrics: task.metrics,
      seed: task.seed,
      train: tableOf(data.train),
      test: tableOf(data.test),
      negatives: rowsOf(data.negatives, userIds, itemIds),
    });
    return { seconds: { train: seconds.train }, metrics, memory: peak_memory_bytes };
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
