import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const FOLDER = new URL('../../../../shared/data/ncf-ml-1m/', import.meta.url);

/** Whether the files are there. Their licence does not let the project carry them. */
export const hasNcfData = () => existsSync(FOLDER);

/**
 * The split of MovieLens-1M by He et al., "Neural collaborative filtering", WWW 2017: each user's
 * last item is the test item, to be found among 99 others.
 * @returns {Promise<import('../programs/interaction-arrays.mjs').BenchData>}
 */
export async function readNcfData() {
  // Loaded here: the package is built only after this file has been read.
  const { readInteractions, readNegatives } = await import('inkling/catalog');
  const open = (name) => readFile(new URL(name, FOLDER));
  const columns = ['user', 'item', 'value', 'timestamp'];
  const readTable = async (name) => readInteractions(await open(name), { name, columns });
  const users = new Map();
  const items = new Map();
  const index = (ids, id) => ids.get(id) ?? ids.set(id, ids.size).get(id);
  const pairsOf = (table) => ({
    users: table.users.map((user) => index(users, table.userIds[user])),
    items: table.items.map((item) => index(items, table.itemIds[item])),
    values: table.values,
  });
  const train = pairsOf(await readTable('ml-1m.train.rating.gz'));
  const test = pairsOf(await readTable('ml-1m.test.rating'));
  const name = 'ml-1m.test.negative.gz';
  const rows = (await readNegatives(await open(name), { name }))
    .map((row) => ({ user: index(users, row.user), items: row.items }))
    .sort((a, b) => a.user - b.user);
  const met = rows.flatMap((row) => row.items.map((item) => [row.user, index(items, item)]));
  const negatives = {
    users: Int32Array.from(met, ([user]) => user),
    items: Int32Array.from(met, ([, item]) => item),
    values: new Float32Array(met.length),
  };
  return { numUsers: users.size, numItems: items.size, train, test, negatives };
}
