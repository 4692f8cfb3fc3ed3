// An app's script in Node: opens, trains, recommends, closes, and ends by itself.
import { Recommender } from 'inkling';
import { readInteractions } from 'inkling/catalog';

const table = await readInteractions(
  'user,item,value\n' +
    Array.from({ length: 400 }, (_, row) => {
      const user = row % 40;
      return `u${user},i${(user % 4) + 4 * ((row * 7) % 11)},1`;
    }).join('\n'),
);
const catalog = table.itemIds.map((id) => ({ id, title: `Item ${id}` }));
const recommender = await Recommender.open({ catalog });
const cold = await recommender.recommend({ k: 3 });
await recommender.record({ item: 'i0', type: 'like' });
const { modelFile, model } = await recommender.train(table, { settings: { numFactors: 8 } });
const trained = await recommender.recommend({ k: 5 });
const { storage, variant, version } = recommender.info();
await recommender.close();
console.log(
  JSON.stringify({ cold, trained, model, bytes: modelFile.length, storage, variant, version }),
);
