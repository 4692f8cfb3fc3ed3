import { describe, expect, test } from 'vitest';
import { modelNameOf } from '../../web/model-name.js';
import { FULL_MODELS, MODEL_NAMES } from '../../web/types.js';
import {
  clusterOf,
  expectReasonsToSum,
  ids,
  interactions,
  items,
  open,
} from './opened-recommender.js';

const settings = { numFactors: 8 };
const MINUTE = 60_000;

async function hybridFile(): Promise<Uint8Array> {
  const recommender = await open({ catalog: items });
  const { modelFile } = await recommender.train(interactions, { model: 'hybrid', settings });
  return modelFile;
}

describe('a hybrid', () => {
  test('trains, is written, and ranks with reasons that sum to the scores', async () => {
    const model = await hybridFile();
    expect(modelNameOf(model)).toBe('hybrid');
    const recommender = await open({ catalog: items, model });
    expect(recommender.info().model?.name).toBe('hybrid');
    await recommender.record([
      { item: 'i3', type: 'like' },
      { item: 'i9', type: 'like' },
    ]);
    const list = await recommender.recommend({ k: 6, explain: Number.POSITIVE_INFINITY });
    expect(list.map(({ source }) => source)).toEqual(Array(6).fill('hybrid'));
    expectReasonsToSum(list);
    const kinds = new Set(list.flatMap(({ reasons }) => reasons.map(({ kind }) => kind)));
    expect(kinds).toContain('event');
    expect(kinds).toContain('model');
    expect(ids(list).filter((id) => clusterOf(id) === 3).length).toBeGreaterThanOrEqual(4);
  });

  test('is measured with its texts, however it is stored', async () => {
    const recommender = await open({ catalog: items });
    const isNew = ({ item }: { item: string }) => Number(item.slice(1)) % 10 < 2;
    const rows = interactions.map(({ user, item }) => ({ user, item }));
    const options = {
      model: 'hybrid',
      settings: { ...settings, ranker: 'linear' },
      train: rows.filter((row) => !isNew(row)),
      test: rows.filter(isNew),
      metrics: ['recall@10'],
    } as const;
    const trained = await recommender.evaluate(options);
    const stored = await recommender.evaluate({ ...options, storage: 'f16' });
    const bare = await (await open({})).evaluate(options);
    const found = (result: typeof trained) => result.metrics['recall@10'] as number;
    expect(found(trained)).toBeGreaterThan(2 * found(bare));
    expect(Math.abs(found(stored) - found(trained))).toBeLessThan(0.02);
  });

  test('gives items that came after training their place, by what they say', async () => {
    const model = await hybridFile();
    const like = (id: string) => items.find((item) => item.id === id) ?? { id };
    const added = { ...like('i3'), id: 'brand new' };
    const recommender = await open({ catalog: [...items, added], model });
    await recommender.record([
      { item: 'i3', type: 'like' },
      { item: 'i9', type: 'like' },
      { item: 'i15', type: 'like' },
    ]);
    const list = await recommender.recommend({ k: 12 });
    const entry = list.find(({ item }) => item === 'brand new');
    expect(entry?.source).toBe('hybrid');
    expect((await recommender.similar('brand new', { k: 3 })).length).toBe(3);
  });

  test('learns from what is taken; it can be seen, left out and forgotten', async () => {
    const recommender = await open({ catalog: items, model: await hybridFile() });
    const before = await recommender.profile();
    expect(before.blend.length).toBeGreaterThan(1);
    expect(before.blend.every(({ change }) => change === 0)).toBe(true);
    let at = 1.7e12;
    for (const item of ['i3', 'i9', 'i15', 'i21', 'i27', 'i33']) {
      const list = await recommender.recommend({ k: 10 });
      const shown = ids(list).filter((id) => id !== item);
      await recommender.record([
        ...shown.map((id) => ({ item: id, type: 'impression' as const, at })),
        { item, type: 'impression', at },
        { item, type: 'like', at: at + MINUTE },
      ]);
      at += 10 * MINUTE;
    }
    const learned = await recommender.recommend({ k: 20, impressions: { by: 0 } });
    const prior = await recommender.recommend({ k: 20, impressions: { by: 0 }, adapt: false });
    expect(learned.map(({ score }) => score)).not.toEqual(prior.map(({ score }) => score));
    const { blend } = await recommender.profile();
    expect(blend.some(({ change }) => change !== 0)).toBe(true);
    for (const { model, change } of blend) {
      expect(MODEL_NAMES).toContain(model);
      expect(Number.isFinite(change)).toBe(true);
    }
    await recommender.erase();
    expect((await recommender.profile()).blend.every(({ change }) => change === 0)).toBe(true);
  });

  test('learns the same from the same events, whenever a list was asked for', async () => {
    const model = await hybridFile();
    const events = ['i3', 'i9', 'i20', 'i15', 'i4'].map((item, n) => ({
      item,
      type: 'like' as const,
      at: 1.7e12 + n * MINUTE,
    }));
    const asked = await open({ catalog: items, model });
    for (const event of events) {
      await asked.record(event);
      await asked.recommend();
    }
    const atOnce = await open({ catalog: items, model });
    await atOnce.record(events);
    for (let n = 0; n < 3; n++) await atOnce.recommend(); // a few choices are learned a list
    expect((await atOnce.profile()).blend).toEqual((await asked.profile()).blend);
    // The newest forgotten: as if it had never been.
    await asked.edit({ forget: { item: 'i4' } });
    const without = await open({ catalog: items, model });
    await without.record(events.slice(0, 4));
    for (const each of [asked, without]) for (let n = 0; n < 3; n++) await each.recommend();
    expect((await asked.profile()).blend).toEqual((await without.profile()).blend);
  });

  test('learns in their order from events of one time', async () => {
    const model = await hybridFile();
    const blendAfter = async (apart: number) => {
      const recommender = await open({ catalog: items, model });
      await recommender.record(
        ['i3', 'i9', 'i20'].map((item, n) => ({ item, type: 'like', at: 1.7e12 + n * apart })),
      );
      await recommender.recommend();
      return (await recommender.profile()).blend;
    };
    const apart = await blendAfter(1);
    expect(apart.some(({ change }) => change !== 0)).toBe(true);
    expect(await blendAfter(0)).toEqual(apart);
  });
});

test('the name of a model is read from its file, and of other bytes none is', async () => {
  const recommender = await open({ catalog: items });
  for (const model of ['ials', 'ensemble', 'tf_idf'] as const) {
    const { modelFile } = await recommender.train(interactions, {
      model,
      use: false,
      ...(model !== 'tf_idf' && { settings }),
    });
    expect(modelNameOf(modelFile)).toBe(model);
  }
  expect(modelNameOf(undefined)).toBeUndefined();
  expect(modelNameOf(new Uint8Array(3))).toBeUndefined();
  expect(modelNameOf(new Uint8Array(300).fill(255))).toBeUndefined();
});

test('models for the full file alone are models', () => {
  for (const name of FULL_MODELS) expect(MODEL_NAMES).toContain(name);
});
