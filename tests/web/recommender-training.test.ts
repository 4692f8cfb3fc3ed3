import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { clusteredInteractions } from './clustered-data.js';
import {
  clusterOf,
  expectReasonsToSum,
  ids,
  interactions,
  items,
  open,
} from './opened-recommender.js';
import type { Recommender } from './package-under-test.js';

describe('a trained model', () => {
  test.each(['ials', 'item_neighbors'] as const)(
    '%s finds the cluster of a new person',
    async (model) => {
      const recommender = await open();
      await recommender.train(interactions, {
        model,
        settings: { ...(model === 'ials' && { numFactors: 8 }) },
      });
      await recommender.record([
        { item: 'i2', type: 'like' },
        { item: 'i8', type: 'like' },
      ]);
      const list = await recommender.recommend({ k: 5 });
      expect(list.map((entry) => clusterOf(entry.item))).toEqual([2, 2, 2, 2, 2]);
      expect(list.every((entry) => entry.source === model)).toBe(true);
      expectReasonsToSum(list);
      const similar = await recommender.similar('i2', { k: 4 });
      expect(similar.map((entry) => clusterOf(entry.item))).toEqual([2, 2, 2, 2]);
    },
  );

  test('gives the same list when its file is opened again', async () => {
    const recommender = await open({ catalog: items });
    const { modelFile } = await recommender.train(interactions, { settings: { numFactors: 8 } });
    const again = await open({ catalog: items, model: modelFile });
    for (const each of [recommender, again]) await each.record({ item: 'i5', type: 'like' });
    expect(await again.recommend()).toEqual(await recommender.recommend());
    expect(again.info().model).toEqual({ name: 'ials', items: 60, formatVersion: 1 });
    expect(again.info().bytes.model).toBe(modelFile.length);
  });

  test('is opened from bytes that were made in another realm, by other classes', async () => {
    const recommender = await open({ catalog: items });
    const { modelFile } = await recommender.train(interactions, { settings: { numFactors: 8 } });
    const realm = createContext({ modelFile });
    const theirs = runInContext('new Uint8Array(modelFile)', realm) as Uint8Array;
    expect(theirs).not.toBeInstanceOf(Uint8Array);
    for (const model of [theirs, theirs.buffer as ArrayBuffer]) {
      expect((await open({ catalog: items, model })).info().model?.name).toBe('ials');
    }
  });

  test.each([
    ['f16', 9],
    ['int8', 8],
  ] as const)(
    'is stored as %s in fewer bytes, and gives nearly the same list',
    async (storage, least) => {
      const settings = { numFactors: 32 };
      const full = await open();
      const { modelFile } = await full.train(interactions, { settings });
      const small = await open();
      const stored = await small.train(interactions, { settings, storage });
      expect(stored.modelFile.length).toBeLessThan(
        modelFile.length * (storage === 'f16' ? 0.65 : 0.45),
      );
      const again = await open({ model: stored.modelFile });
      const all = [full, small, again];
      for (const each of all) await each.record({ item: 'i5', type: 'like' });
      const [exact, used, opened] = await Promise.all(all.map((each) => each.recommend()));
      // What is in use is what is in the file.
      expect(used).toEqual(opened);
      expect(again.info().model).toEqual({ name: 'ials', items: 60, formatVersion: 2 });
      expectReasonsToSum(opened ?? []);
      const expected = new Set(ids(exact ?? []));
      expect(ids(opened ?? []).filter((id) => expected.has(id)).length).toBeGreaterThanOrEqual(
        least,
      );
      for (const { item, score } of opened ?? []) {
        const before = exact?.find((entry) => entry.item === item)?.score;
        if (before !== undefined) expect(Math.abs(score - before)).toBeLessThan(0.02);
      }
    },
  );

  test('can be measured as its file will be, beside itself as it is', async () => {
    const recommender = await open();
    const measured = await recommender.evaluate({
      interactions,
      model: 'ials',
      settings: { numFactors: 8 },
      storage: 'int8',
      baseline: { model: 'ials', settings: { numFactors: 8 } },
      metrics: ['ndcg@10', 'auc'],
    });
    const exact = measured.baseline?.metrics;
    expect(measured.metrics).not.toEqual(exact);
    for (const [name, value] of Object.entries(measured.metrics)) {
      expect(Math.abs(value - (exact?.[name] as number)), name).toBeLessThan(0.03);
    }
  });

  test('recommends only what the catalogue has', async () => {
    const recommender = await open({ catalog: items.slice(0, 30) });
    await recommender.train(interactions, { settings: { numFactors: 8 } });
    await recommender.record({ item: 'i1', type: 'like' });
    const list = await recommender.recommend({ k: 100 });
    expect(list).toHaveLength(29);
    expect(list.every((entry) => Number(entry.item.slice(1)) < 30)).toBe(true);
  });

  test('leaves the words of the catalogue until something needs them, whatever comes first', async () => {
    const { modelFile } = await (await open()).train(
      interactions.filter(({ item }) => item !== 'i7'),
    );
    const needs = {
      query: async (it: Recommender) => (await it.recommend({ query: '9', k: 2 }))[0]?.source,
      profile: async (it: Recommender) => (await it.profile()).interests[0]?.term,
      // The model does not know it.
      similar: async (it: Recommender) => (await it.similar('i7', { k: 2 }))[0]?.source,
      // A list longer than the model can fill.
      list: async (it: Recommender) =>
        (await it.recommend({ k: 60 })).some(({ source }) => source === 'tf_idf'),
    };
    const expected = { query: 'query', profile: 'cluster 1', similar: 'tf_idf', list: true };
    for (const [name, need] of Object.entries(needs)) {
      const recommender = await open({ catalog: items, model: modelFile });
      await recommender.record([
        { item: 'i1', type: 'like' },
        { item: 'i7', type: 'like' },
      ]);
      const before = await recommender.recommend({ k: 3 });
      expect(before.map(({ source }) => source)).toEqual(['ials', 'ials', 'ials']);
      expect(await need(recommender), name).toBe(expected[name as keyof typeof expected]);
      expect(await recommender.recommend({ k: 3 })).toEqual(before);
    }
  });

  test('makes way for another catalogue and model, and the events stay', async () => {
    const recommender = await open({ catalog: items });
    const { modelFile } = await recommender.train(interactions, { settings: { numFactors: 8 } });
    await recommender.record({ item: 'i4', type: 'like' });
    const trained = await recommender.recommend();
    await recommender.reload({ catalog: [{ id: 'new', title: 'New' }] });
    expect(ids(await recommender.recommend())).toEqual(['new']);
    expect(recommender.info()).toMatchObject({ model: null, items: 1, events: 1 });
    await recommender.reload({ catalog: items, model: modelFile });
    expect(await recommender.recommend()).toEqual(trained);
    await expect(recommender.reload({ catalog: [{}] as never })).rejects.toMatchObject({
      code: 'invalid_catalog',
    });
    await expect(recommender.reload({ model: modelFile.slice(0, 99) })).rejects.toMatchObject({
      code: 'corrupt_model_file',
    });
    expect(await recommender.recommend()).toEqual(trained);
  });

  test('can be trained for later use, and reloaded with events of another name', async () => {
    const recommender = await open({ catalog: items, name: 'one' });
    await recommender.record({ item: 'i4', type: 'like' });
    const { modelFile } = await recommender.train(interactions, {
      use: false,
      settings: { numFactors: 8 },
    });
    expect(recommender.info().model).toBeNull();
    await recommender.reload({ catalog: items, model: modelFile, name: 'two' });
    expect(recommender.info()).toMatchObject({ events: 0, model: { name: 'ials' } });
    expect((await recommender.recommend())[0]?.source).toBe('popularity');
    await recommender.record({ item: 'i3', type: 'like' });
    expect((await recommender.recommend())[0]?.source).toBe('ials');
    expect(ids((await recommender.profile()).items)).toEqual(['i3']);
  });

  test('gives the same bits for the same seed, and others for another', async () => {
    const recommender = await open();
    const file = async (seed: number) =>
      (await recommender.train(interactions, { seed, settings: { numFactors: 8 } })).modelFile;
    const first = await file(3);
    expect(await file(3)).toEqual(first);
    expect(await file(4)).not.toEqual(first);
  });

  test('is far better than popularity at what it was not shown', async () => {
    const recommender = await open();
    const recall = async (model: 'ials' | 'popularity') => {
      const { metrics } = await recommender.evaluate({
        interactions,
        model,
        metrics: ['recall@10'],
        settings: model === 'ials' ? { numFactors: 8 } : {},
      });
      return metrics['recall@10'] as number;
    };
    expect(await recall('ials')).toBeGreaterThan(0.5);
    expect(await recall('popularity')).toBeLessThan(0.3);
  });

  test.each(['leave-one-out', 'random', 'temporal', 'users'] as const)(
    'is measured on a %s split, with every metric between 0 and 1',
    async (split) => {
      const recommender = await open();
      const names = [
        'recall',
        'recall_capped',
        'precision',
        'f1',
        'hit_rate',
        'ndcg',
        'mrr',
        'map',
        'coverage',
      ];
      const result = await recommender.evaluate({
        interactions,
        split,
        settings: { numFactors: 8 },
        metrics: names.map((name) => `${name}@5`),
      });
      expect(Object.keys(result.metrics)).toEqual(names.map((name) => `${name}@5`));
      for (const value of Object.values(result.metrics)) {
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(result.test_users).toBeGreaterThan(0);
      expect(result.users).toBe(240);
    },
  );

  test('is compared with a baseline on the same users, in the same words each time', async () => {
    const recommender = await open();
    const steps = new Set<string>();
    const compare = () =>
      recommender.evaluate({
        interactions,
        settings: { numFactors: 8 },
        baseline: { model: 'popularity', settings: { halfLifeDays: 1 } },
        metrics: ['recall@10', 'auc', 'diversity@10', 'gini@10'],
        onProgress: ({ phase, model }) => steps.add(`${phase} ${model}`),
      });
    const { model, metrics, intervals, baseline, differences } = await compare();
    expect([model, baseline?.model]).toEqual(['ials', 'popularity']);
    expect(Object.keys(metrics)).toEqual(['recall@10', 'auc', 'diversity@10', 'gini@10']);
    expect(Object.keys(intervals)).toEqual(['recall@10', 'auc', 'diversity@10']);
    for (const [name, [low, high]] of Object.entries(intervals)) {
      expect(low).toBeLessThan(metrics[name] as number);
      expect(high).toBeGreaterThan(metrics[name] as number);
    }
    const recall = differences?.['recall@10'];
    expect(recall?.mean).toBeCloseTo(
      (metrics['recall@10'] as number) - (baseline?.metrics['recall@10'] as number),
    );
    expect(recall?.low).toBeGreaterThan(0.1);
    expect(recall?.p).toBe(0.0005);
    expect(Object.keys(differences?.['gini@10'] ?? {})).toEqual(['mean']);
    expect([...steps].sort()).toEqual([
      'evaluate ials',
      'evaluate popularity',
      'train ials',
      'train popularity',
    ]);
    const { seconds: _, ...again } = await compare();
    expect(again).toMatchObject({ metrics, intervals, differences });
  });

  test('counts a repeated row once, so that what is tested was never shown', async () => {
    const recommender = await open();
    const repeated = interactions.flatMap((row) => [row, { ...row, timestamp: 0 }]);
    const measure = (rows: typeof interactions) =>
      recommender.evaluate({ interactions: rows, settings: { numFactors: 8 } });
    const once = await measure(interactions);
    const twice = await measure(repeated);
    expect(twice.interactions).toBe(once.interactions);
    expect(twice.metrics).toEqual(once.metrics);
  });

  test('leaves items out of the test that nobody met in training, where that is asked for', async () => {
    const recommender = await open();
    const test = [
      { user: 'u1', item: 'never met' },
      { user: 'u2', item: 'i9' },
    ];
    const options = { train: interactions, test, model: 'popularity' as const };
    expect((await recommender.evaluate(options)).test_users).toBe(2);
    const known = await recommender.evaluate({ ...options, knownItemsOnly: true });
    expect(known.test_users).toBe(1);
  });

  test('can be stopped, and what was in use before stays in use', async () => {
    const recommender = await open();
    await recommender.train(interactions, { model: 'item_neighbors' });
    const controller = new AbortController();
    const training = recommender.train(interactions, {
      settings: { numFactors: 64, iterations: 1000 },
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 30);
    await expect(training).rejects.toMatchObject({ code: 'aborted', name: 'AbortError' });
    await recommender.record({ item: 'i3', type: 'like' });
    const [first] = await recommender.recommend();
    expect(first?.source).toBe('item_neighbors');
  });

  test('leaves the recommender answering while it trains', async () => {
    const recommender = await open({ catalog: items });
    const controller = new AbortController();
    const training = recommender.train(interactions, {
      settings: { numFactors: 128, iterations: 1000 },
      signal: controller.signal,
    });
    expect(await recommender.recommend({ k: 2 })).toHaveLength(2);
    controller.abort();
    await expect(training).rejects.toMatchObject({ code: 'aborted' });
  });

  test('reports progress that rises to 1', async () => {
    const recommender = await open();
    const fractions: number[] = [];
    await recommender.train(interactions, {
      settings: { numFactors: 64, iterations: 40 },
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });
});

test('training on more than the first memory holds gives right results while it grows', async () => {
  const recommender = await open();
  const many = clusteredInteractions({
    users: 20_000,
    items: 600,
    clusters: 6,
    perUser: 20,
    noise: 0.1,
    seed: 1,
  });
  const before = recommender.info().bytes.memory;
  await recommender.train(many, { model: 'item_neighbors' });
  expect(recommender.info().bytes.memory).toBeGreaterThan(before);
  await recommender.record([
    { item: 'i2', type: 'like' },
    { item: 'i8', type: 'like' },
  ]);
  const list = await recommender.recommend({ k: 5 });
  expect(list.map((entry) => clusterOf(entry.item))).toEqual([2, 2, 2, 2, 2]);
  expectReasonsToSum(list);
});
