import { Recommender } from 'inkling';
import { expect, test } from 'vitest';

test('a list is made where an app is tested', async () => {
  const catalog = ['the deep sea', 'a dry desert', 'an open sea'].map((id) => ({ id, title: id }));
  const recommender = await Recommender.open({ catalog, storage: 'memory' });
  await recommender.record({ item: 'the deep sea', type: 'like' });
  const [first] = await recommender.recommend();
  expect(first).toMatchObject({ item: 'an open sea', source: 'tf_idf' });
  const interactions = [1, 2, 3].flatMap((n) =>
    ['the deep sea', 'a dry desert'].map((item) => ({ user: `u${n}`, item })),
  );
  const { modelFile } = await recommender.train(interactions, { model: 'item_neighbors' });
  expect((await recommender.recommend())[0]).toMatchObject({ item: 'a dry desert' });
  await recommender.close();

  const opened = await Recommender.open({ catalog, model: modelFile });
  await opened.record({ item: 'the deep sea', type: 'like' });
  expect((await opened.recommend())[0]).toMatchObject({ source: 'item_neighbors' });
  await opened.close();
});
