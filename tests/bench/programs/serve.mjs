import { middleMean } from './middle.mjs';

const SHOWN = 10;

/**
 * Lists for one person after the other. Besides the time that the engine's worker takes (`list`) it measures the
 * whole call (`call`): with the messages to the worker and back.
 */
export async function run({ loadPackage, read, model }, { task, build }) {
  const { Recommender } = await loadPackage();
  const histories = new Int32Array(await read('histories'));
  const { historyLength, repeats, k } = task;
  const recommender = await Recommender.open({
    ...build,
    model: model('model'),
    storage: 'memory',
  });
  const lists = [];
  const times = { list: [], call: [] };
  try {
    for (let begin = 0; begin < histories.length; begin += historyLength) {
      const met = [...histories.subarray(begin, begin + historyLength)];
      await recommender.erase();
      await recommender.record(met.map((item) => ({ item: String(item), type: 'like' })));
      // The first list is only for the caches.
      const list = await recommender.recommend({ k, explain: false });
      lists.push(list.slice(0, SHOWN).map(({ item }) => Number(item)));
      for (let n = 0; n < repeats; n++) {
        const start = performance.now();
        await recommender.recommend({ k, explain: false });
        times.call.push((performance.now() - start) / 1000);
        times.list.push(recommender.info().timings.recommend / 1000);
      }
    }
    return {
      seconds: { list: middleMean(times.list), call: middleMean(times.call) },
      lists,
      memory: recommender.info().bytes.memory,
    };
  } finally {
    await recommender.close();
  }
}
