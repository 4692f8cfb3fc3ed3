const K = 20;
const NUM_EVENTS = 50;

/**
 * From the call of `open` to the first list, with catalogue and model fetched from the browser's cache, and events kept
 * in IndexedDB by a page before.
 */
export async function run({ loadPackage, catalog, model }, { task, build }) {
  const { Recommender } = await loadPackage();
  const start = performance.now();
  const recommender = await Recommender.open({
    ...build,
    catalog: catalog('catalog'),
    model: model('model'),
    name: 'first-list',
  });
  try {
    const list = await recommender.recommend({ k: K });
    const seconds = (performance.now() - start) / 1000;
    if (list.length !== K) throw new Error(`the list has ${list.length} items, not ${K}`);
    const { events, timings } = recommender.info();
    if (!task.isPageBefore) {
      if (events !== NUM_EVENTS) throw new Error(`the page before has left ${events} events`);
      if (list[0].source !== 'ials') throw new Error(`the first list came from ${list[0].source}`);
    } else if (events === 0) {
      const items = Array.from({ length: NUM_EVENTS }, (_, item) => String(item * 7));
      await recommender.record(items.map((item) => ({ item, type: 'like' })));
    }
    // Of the time, what the worker spent on opening.
    return { seconds: { list: seconds, worker: timings.open / 1000 } };
  } finally {
    await recommender.close();
  }
}
