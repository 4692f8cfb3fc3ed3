// An app's page: what it recommends ends up as data of its root element.
import './problems.js';
import { Recommender } from 'inkling';

const SEAS = ['the deep sea', 'an open sea'];
const DESERTS = ['a dry desert', 'a red desert'];
const catalog = ['the deep sea', 'a dry desert', 'an open sea'].map((title) => ({
  id: title,
  title,
}));
// Filled in by bundlers that do not move the files along.
const options = { catalog, ...globalThis.inklingPlaces };
/** A model to train, and to open the page with afterwards: ?train=ease, say. */
const model = new URLSearchParams(location.search).get('train');

async function start() {
  const recommender = await Recommender.open(options);
  await recommender.record({ item: 'the deep sea', type: 'like' });
  const result = { ...(await firstOf(recommender)), variant: recommender.info().variant };
  if (model !== null) {
    const { modelFile } = await recommender.train(interactions(), { model });
    result.trained = await firstOf(recommender);
    await recommender.close();
    result.served = await openedAgain(modelFile);
    return result;
  }
  await recommender.erase();
  await recommender.close();
  return result;
}

/** With a model the page loads other files, which only recommend. The event has been kept, where one can be. */
async function openedAgain(modelFile) {
  const recommender = await Recommender.open({ ...options, model: modelFile });
  const storage = recommender.info().storage.kind;
  if (storage === 'memory') await recommender.record({ item: 'the deep sea', type: 'like' });
  const served = { ...(await firstOf(recommender)), storage };
  await recommender.erase();
  await recommender.close();
  return served;
}

async function firstOf(recommender) {
  const [{ item, source }] = await recommender.recommend();
  return { item, source };
}

/** People who like the sea, and people who like the desert. */
function interactions() {
  return Array.from({ length: 40 }, (_, user) =>
    (user % 2 === 0 ? SEAS : DESERTS).map((item) => ({ user: `u${user}`, item, value: 1 })),
  ).flat();
}

start().then(
  (result) => {
    document.documentElement.dataset.result = JSON.stringify(result);
  },
  (error) => {
    document.documentElement.dataset.result = JSON.stringify({ error: String(error) });
  },
);
