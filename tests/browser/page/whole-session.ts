import type { Recommender } from '../../../web/index.js';
import { sampleCatalogue, sampleInteractions } from '../sample-data.js';

declare global {
  interface Window {
    wholeSession: typeof wholeSession;
  }
}

/** Everything that a page can ask of an open recommender, one after the other, and a while for anything late. */
async function wholeSession(recommender: Recommender): Promise<string[]> {
  const done: string[] = [];
  const step = async <R>(name: string, work: () => Promise<R>): Promise<R> => {
    const result = await work();
    done.push(name);
    return result;
  };
  const interactions = sampleInteractions();
  await step('record', () => recommender.record({ item: 'item-3', type: 'like' }));
  await step('record many', () =>
    recommender.record([
      { item: 'item-4', type: 'rate', value: 1 },
      { item: 'item-8', type: 'view' },
    ]),
  );
  await step('recommend', () => recommender.recommend({ k: 20 }));
  await step('query', () => recommender.recommend({ query: 'a story from the sea' }));
  await step('similar', () => recommender.similar('item-9'));
  await step('profile', () => recommender.profile());
  await step('evaluate', () => recommender.evaluate({ interactions }));
  const { modelFile } = await step('train', () => recommender.train(interactions));
  await step('recommend by the model', () => recommender.recommend({ k: 20 }));
  await step('reload', () =>
    recommender.reload({ catalog: sampleCatalogue(150), model: modelFile }),
  );
  await step('edit', () => recommender.edit({ forget: { item: 'item-4' } }));
  const exported = await step('exportData', () => recommender.exportData());
  const { importData } = recommender as { importData?: (data: Blob) => Promise<unknown> };
  if (importData) await step('importData', () => importData.call(recommender, exported));
  await step('erase', () => recommender.erase());
  await step('record anew', () => recommender.record({ item: 'item-5', type: 'like' }));
  await step('recommend anew', () => recommender.recommend());
  await step('close', () => recommender.close());
  await new Promise((resolve) => setTimeout(resolve, 300));
  return done;
}

window.wholeSession = wholeSession;
