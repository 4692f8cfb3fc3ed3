// An app's page: what it recommends ends up as data of its root element.
import { Recommender } from 'inkling';

async function start() {
  const recommender = await Recommender.open({
    catalog: ['the deep sea', 'a dry desert', 'an open sea'].map((title) => ({
      id: title,
      title,
    })),
    storage: 'memory',
    // Filled in by bundlers that do not move the files along.
    ...globalThis.inklingPlaces,
  });
  await recommender.record({ item: 'the deep sea', type: 'like' });
  const [first] = await recommender.recommend();
  return { item: first.item, source: first.source, variant: recommender.info().variant };
}

start().then(
  (result) => {
    document.documentElement.dataset.result = JSON.stringify(result);
  },
  (error) => {
    document.documentElement.dataset.result = JSON.stringify({ error: String(error) });
  },
);
