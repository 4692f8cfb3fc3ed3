import { middleMean } from './middle.mjs';

/**
 * Weighs the documents by TF-IDF and ranks them for each query. The time of the building is that of a training, from
 * the items to the finished model; that of a query what the engine's worker takes.
 */
export async function run({ loadPackage, read }, { task, build }) {
  const { Recommender } = await loadPackage();
  const documents = linesOf(await read('documents'));
  const queries = linesOf(await read('queries'));
  const catalog = documents.map((text, index) => ({ id: String(index), text }));
  const recommender = await Recommender.open({ ...build, catalog, storage: 'memory' });
  try {
    // Two rows are enough for a training to be asked for; it reads the texts alone.
    const { seconds } = await recommender.evaluate({
      model: 'tf_idf',
      train: [{ user: 'u', item: '0' }],
      test: [{ user: 'u', item: '1' }],
      metrics: ['hit_rate@10'],
    });
    const times = [];
    const lists = [];
    for (const query of queries) {
      const options = { query, k: task.k, explain: false };
      const list = await recommender.recommend(options);
      // Further items have no word of the query.
      lists.push(list.filter(({ source }) => source === 'query').map(({ item }) => Number(item)));
      for (let n = 0; n < task.repeats; n++) {
        await recommender.recommend(options);
        times.push(recommender.info().timings.recommend / 1000);
      }
    }
    const { memory } = recommender.info().bytes;
    return { seconds: { build: seconds.train, query: middleMean(times) }, lists, memory };
  } finally {
    await recommender.close();
  }
}

/** Texts of a file that holds one a line. */
export function linesOf(bytes) {
  return new TextDecoder().decode(bytes).split('\n').slice(0, -1);
}
