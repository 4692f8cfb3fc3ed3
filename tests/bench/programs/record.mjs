import { BEGIN_MARK, END_MARK } from './marks.mjs';
import { quantile } from './middle.mjs';

const K = 20;

/**
 * From `record()` to the new list in the document, laid out: the event is on disk by then. An app does the same, so
 * the page's own work is part of it.
 */
export async function run({ loadPackage, catalog, model }, { task, build }) {
  const { Recommender } = await loadPackage();
  const recommender = await Recommender.open({
    ...build,
    catalog: catalog('catalog'),
    model: model('model'),
    name: 'record',
    storage: 'indexeddb',
  });
  const place = document.getElementById('list');
  const times = [];
  try {
    let list = await recommender.recommend({ k: K });
    const step = async () => {
      const start = performance.now();
      const liked = list[0].item;
      await recommender.record({ item: liked, type: 'like' });
      list = await recommender.recommend({ k: K });
      place.replaceChildren(...list.map(entryOf));
      place.getBoundingClientRect(); // lays it out
      times.push((performance.now() - start) / 1000);
      if (list.some(({ item }) => item === liked)) throw new Error('the list is that of before');
      // As a person would, but faster: a frame is drawn in between.
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    };
    for (let n = 0; n < task.warmUp; n++) await step();
    times.length = 0;
    performance.mark(BEGIN_MARK);
    for (let n = 0; n < task.events; n++) await step();
    performance.mark(END_MARK);
    const isOfEvents = ({ source, reasons }) => source === 'ials' && reasons[0].kind === 'event';
    if (!list.every(isOfEvents)) throw new Error('the list does not come from the events');
    if (list.length !== K) throw new Error(`the list has ${list.length} items, not ${K}`);
    return { seconds: { median: quantile(times, 0.5), p99: quantile(times, 0.99) } };
  } finally {
    await recommender.erase();
    await recommender.close();
  }
}

function entryOf({ item, score, reasons }) {
  const entry = document.createElement('li');
  entry.textContent = `${item}: ${score.toFixed(3)}, because of ${reasons.length} things`;
  return entry;
}
