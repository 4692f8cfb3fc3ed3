import { describe, expect, test } from 'vitest';
import type { Interaction, ItemVectors } from '../../web/types.js';
import { seededRandom } from './clustered-data.js';
import { clusterOf, expectReasonsToSum, interactions, items, open } from './opened-recommender.js';

const WIDTH = 8;

/** What all have in common is most of each vector; besides, each tells its item's cluster, and some noise. */
function clusteredVectors(of: readonly string[]): ItemVectors {
  const random = seededRandom(5);
  const values = of.flatMap((id) =>
    Array.from({ length: WIDTH }, (_, n) => 3 + Number(clusterOf(id) === n) + 0.1 * random()),
  );
  return { ids: of, values: Float32Array.from(values) };
}

const vectors = clusteredVectors(items.map(({ id }) => id));

describe('a model of vectors of the items', () => {
  test('is trained without any logs, and finds what is like the events, with reasons', async () => {
    const recommender = await open();
    const result = await recommender.train([], { model: 'item_vectors', vectors });
    expect(result).toMatchObject({ model: 'item_vectors', users: 0, items: 60, interactions: 0 });
    const again = await open({ catalog: items, model: result.modelFile });
    for (const each of [recommender, again]) {
      await each.record([
        { item: 'i2', type: 'like' },
        { item: 'i8', type: 'like' },
      ]);
      const list = await each.recommend({ k: 8 });
      expect(list.map(({ item }) => clusterOf(item))).toEqual(Array(8).fill(2));
      expect(list.map(({ source }) => source)).toEqual(Array(8).fill('item_vectors'));
      expectReasonsToSum(list);
      expect(list[0]?.reasons.map(({ item }) => item).sort()).toEqual(['i2', 'i8']);
      const similar = await each.similar('i5', { k: 9 });
      expect(similar.map(({ item }) => clusterOf(item))).toEqual(Array(9).fill(5));
      expect(similar.every(({ source }) => source === 'item_vectors')).toBe(true);
    }
    expect(await again.recommend({ k: 8 })).toEqual(await recommender.recommend({ k: 8 }));
  });

  test('knows items that nobody met, and those without a vector are left to the other rungs', async () => {
    const rows = interactions.filter(({ item }) => item !== 'i14');
    const some = clusteredVectors(vectors.ids.filter((id) => id !== 'i20'));
    const recommender = await open({ catalog: items });
    const { items: count } = await recommender.train(rows, {
      model: 'item_vectors',
      vectors: some,
    });
    expect(count).toBe(60);
    await recommender.record({ item: 'i2', type: 'like' });
    const list = await recommender.recommend({ k: 60 });
    const sourceOf = (id: string) => list.find(({ item }) => item === id)?.source;
    expect(sourceOf('i14')).toBe('item_vectors');
    expect(sourceOf('i20')).toBe('tf_idf');
  });

  test('without centring what all have in common is what counts', async () => {
    const recommender = await open();
    const similarTo = async (center: boolean) => {
      await recommender.train([], { model: 'item_vectors', vectors, settings: { center } });
      return recommender.similar('i1', { k: 59 });
    };
    const plain = await similarTo(false);
    expect(plain).toHaveLength(59);
    expect(plain.at(-1)?.score).toBeGreaterThan(0.9);
    const centered = await similarTo(true); // those below 0 are not like it
    expect(centered.map(({ item }) => clusterOf(item))).toEqual(Array(9).fill(1));
  });

  test('is measured like any other, beside a baseline that has no use for vectors', async () => {
    const recommender = await open();
    const { metrics, baseline } = await recommender.evaluate({
      interactions,
      model: 'item_vectors',
      vectors,
      baseline: { model: 'popularity' },
      metrics: ['recall@10'],
    });
    expect(metrics['recall@10']).toBeGreaterThan(0.7); // a tenth of the rows is noise
    expect(baseline?.metrics['recall@10']).toBeLessThan(0.3);
  });
});

test('a hybrid takes vectors in as one more part, and finds items by them that nobody met', async () => {
  const fresh = ['i54', 'i55', 'i56', 'i57', 'i58', 'i59'];
  const rows = interactions.filter(({ item }) => !fresh.includes(item));
  const recommender = await open();
  const settings = { numFactors: 8, ranker: 'linear' };
  const partsWith = async (given: object) => {
    await recommender.train(rows, { model: 'hybrid', settings, ...given });
    return (await recommender.profile()).blend.map(({ model }) => model);
  };
  expect(await partsWith({})).not.toContain('item_vectors');
  expect(await partsWith({ vectors })).toContain('item_vectors');
  await recommender.record([
    { item: 'i3', type: 'like' },
    { item: 'i9', type: 'like' },
  ]);
  const list = await recommender.recommend({ k: 60 });
  expectReasonsToSum(list);
  const first = list.find(({ item }) => fresh.includes(item));
  expect(first?.item).toBe('i57'); // of the same cluster
});

test('what learns from texts alone needs no rows either, and all else does', async () => {
  const recommender = await open({ catalog: items });
  const { users, interactions: count } = await recommender.train([], { model: 'tf_idf' });
  expect([users, count]).toEqual([0, 0]);
  for (const model of ['popularity', 'hybrid'] as const) {
    const training = recommender.train([], { model, ...(model === 'hybrid' && { vectors }) });
    await expect(training).rejects.toMatchObject({ code: 'invalid_interactions' });
  }
});

describe('vectors are refused', () => {
  const good = { ids: ['a', 'b'], values: new Float32Array([1, 2, 3, 4]) };
  const rows: Interaction[] = [{ user: 'u', item: 'a' }];
  test.each([
    ['that are not there', undefined, 'invalid_catalog', /learns from vectors.*none/],
    ['that are null', null, 'invalid_argument', /ids is missing.*Float32Array/],
    ['that are none', 5, 'invalid_argument', /ids is missing.*Float32Array/],
    ['as plain numbers', { ...good, values: [1, 2] }, 'invalid_argument', /values an array/],
    ['without ids', { ...good, ids: [] }, 'invalid_argument', /0 ids and 4 numbers/],
    [
      'of three items',
      { ...good, ids: ['a', 'b', 'c'] },
      'invalid_argument',
      /3 ids and 4 numbers/,
    ],
    [
      'with a number as an id',
      { ...good, ids: ['a', 5] },
      'invalid_catalog',
      /row 1.*String\(id\)/,
    ],
    ['with an id that stands twice', { ...good, ids: ['a', 'a'] }, 'duplicate_id', /"a".*row 1/],
    [
      'without any numbers',
      { ids: ['a'], values: new Float32Array() },
      'invalid_argument',
      /1 ids/,
    ],
    [
      'with NaN',
      { ...good, values: new Float32Array([1, 2, 3, Number.NaN]) },
      'invalid_catalog',
      /number 1 of the vector of "b" is NaN; expected finite/,
    ],
    ['of zeros', { ...good, values: new Float32Array(4) }, 'invalid_catalog', /all are zeros/],
    [
      'that are all the same',
      { ...good, values: new Float32Array([1, 2, 1, 2]) },
      'invalid_catalog',
      /all the same.*center=false/,
    ],
    [
      'that are too long',
      { ids: ['a'], values: new Float32Array(4097).fill(1) },
      'invalid_catalog',
      /4097.*1 to 4096/,
    ],
  ])('%s', async (_, given, code, message) => {
    const recommender = await open();
    const options = { model: 'item_vectors', ...(given !== undefined && { vectors: given }) };
    const training = recommender.train([], options as never);
    await expect(training).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each(['ials', 'tf_idf', 'auto'] as const)('by %s', async (model) => {
    const recommender = await open();
    for (const call of [
      recommender.train(rows, { model, vectors: good }),
      recommender.evaluate({ interactions: rows, model, vectors: good }),
    ]) {
      await expect(call).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringMatching(`${model} cannot learn.*item_vectors or hybrid`),
      });
    }
  });
});
