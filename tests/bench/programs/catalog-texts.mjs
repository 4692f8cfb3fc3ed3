import { middleMean } from './middle.mjs';
import { linesOf } from './text.mjs';

/**
 * A catalogue of texts, no model: from the texts to what answers (`index`, with the way to the worker), a query, and the
 * list after one more event, whose profile and scores are all worked out anew. The last two are what the worker takes.
 */
export async function run({ loadPackage, read }, { task, build }) {
  const { Recommender } = await loadPackage();
  const texts = linesOf(await read('documents'));
  const queries = linesOf(await read('queries'));
  const catalog = texts.map((text, index) => ({ id: String(index), text }));
  const recommender = await Recommender.open({ ...build, catalog: [], storage: 'memory' });
  const list = async (options) => {
    const found = await recommender.recommend({ k: task.k, ...options });
    if (found.length !== task.k) throw new Error(`the list has ${found.length} items`);
    return { source: found[0].source, seconds: recommender.info().timings.recommend / 1000 };
  };
  try {
    const index = [];
    for (let n = 0; n < task.builds; n++) {
      const start = performance.now();
      await recommender.reload({ catalog });
      index.push((performance.now() - start) / 1000);
    }
    const query = [];
    for (const words of queries) {
      const { source, seconds } = await list({ query: words, explain: false });
      if (source !== 'query') throw new Error(`the list comes from ${source}`);
      query.push(seconds);
    }
    const event = [];
    for (let n = 0; n < task.events; n++) {
      // From all over the catalogue.
      await recommender.record({ item: String((n * 7919) % texts.length), type: 'like' });
      const { source, seconds } = await list({ explain: false });
      if (source !== 'tf_idf') throw new Error(`the list comes from ${source}`);
      if (n >= task.events / 2) event.push(seconds);
    }
    const { memory } = recommender.info().bytes;
    const seconds = {
      index: middleMean(index),
      query: middleMean(query),
      event: middleMean(event),
    };
    return { seconds, memory };
  } finally {
    await recommender.close();
  }
}
