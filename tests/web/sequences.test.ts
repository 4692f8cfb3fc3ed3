import { describe, expect, test } from 'vitest';
import type { Progress, TrainOptions } from '../../web/types.js';
import { expectReasonsToSum, open } from './opened-recommender.js';

const ITEMS = 30;
const id = (place: number) => `s${((place % ITEMS) + ITEMS) % ITEMS}`;
const items = Array.from({ length: ITEMS }, (_, n) => ({ id: id(n), title: `Station ${n}` }));

/** Everybody goes round the same circle of items, half of them backwards, from some place on. */
const interactions = Array.from({ length: 120 }, (_, user) =>
  Array.from({ length: 12 }, (_, n) => ({
    user: `u${user}`,
    item: id(user * 7 + (user % 2 ? -n : n)),
    timestamp: 1_600_000_000 + user * 100 + n,
  })),
).flat();

const SMALL: TrainOptions = {
  model: 'sasrec',
  settings: {
    numFactors: 16,
    epochs: 40,
    batchSize: 16,
    maxLength: 20,
    learningRate: 0.01,
    averaging: 0.9,
  },
};

async function lists(recommender: Awaited<ReturnType<typeof open>>, history: readonly string[]) {
  await recommender.erase();
  await recommender.record(
    history.map((item, n) => ({ item, type: 'like' as const, at: Date.now() - 10_000 + n })),
  );
  return recommender.recommend({ k: 5 });
}

describe.each(['sasrec', 'gru'] as const)('%s', (model) => {
  const options = { ...SMALL, model };

  test('lists what comes next, by the order of the events, with reasons that sum', async () => {
    const recommender = await open({ catalog: items });
    const { curve, modelFile } = await recommender.train(interactions, options);
    const forwards = await lists(recommender, ['s4', 's5', 's6']);
    expect(forwards[0]).toMatchObject({ item: 's7', source: model });
    expectReasonsToSum(forwards);
    const newest = forwards[0]?.reasons.find(({ item }) => item === 's6');
    expect(newest?.contribution).toBeGreaterThan(0);
    const backwards = await lists(recommender, ['s6', 's5', 's4']);
    expect(backwards[0]?.item).toBe('s3');

    expect(curve?.length).toBeGreaterThan(10);
    expect(curve?.at(-1)?.loss).toBeLessThan((curve?.[0]?.loss ?? 0) / 2);
    expect(Math.max(...(curve ?? []).map(({ hitRate = 0 }) => hitRate))).toBeGreaterThan(0.9);
    expect(curve?.map(({ epoch }) => epoch)).toEqual(curve?.map((_, n) => n + 1));

    const again = await open({ catalog: items, model: modelFile });
    expect(await lists(again, ['s6', 's5', 's4'])).toEqual(backwards);
    const similar = await again.similar('s6', { k: 4 });
    expect(similar.map(({ source }) => source)).toEqual([model, model, model, model]);
  });

  test('takes one event after the other as it takes all at once', async () => {
    const recommender = await open({ catalog: items });
    const { modelFile } = await recommender.train(interactions, options);
    await recommender.record({ item: 's20', type: 'like' });
    for (const item of ['s21', 's22', 's23']) {
      await recommender.recommend();
      await recommender.record({ item, type: 'like' });
    }
    const other = await open({ catalog: items, model: modelFile });
    const atOnce = await lists(other, ['s20', 's21', 's22', 's23']);
    const oneByOne = await recommender.recommend({ k: 5 });
    expect(oneByOne.map(({ item }) => item)).toEqual(atOnce.map(({ item }) => item));
    for (const [n, { score }] of oneByOne.entries()) {
      expect(score).toBeCloseTo(atOnce[n]?.score ?? 0, 4);
    }
  });

  test('foretells of what the next items are, and lists are calibrated to it', async () => {
    const tagged = items.map((item, n) => ({ ...item, tags: [`Quarter ${Math.floor(n / 7.5)}`] }));
    const recommender = await open({ catalog: tagged });
    expect((await recommender.profile()).next).toEqual([]);
    await recommender.train(interactions, options);
    expect((await recommender.profile()).next).toEqual([]);
    // All of the first quarter, and on the way to the second.
    await lists(recommender, ['s4', 's5', 's6', 's7']);
    const { next } = await recommender.profile();
    expect(next[0]?.tag).toBe('quarter 1');
    expect(next.map(({ tag }) => tag).sort()).toEqual([0, 1, 2, 3].map((n) => `quarter ${n}`));
    expect(next.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 5);

    /** How many of the list are of the second quarter. */
    const ahead = async (interests?: 'next' | 'past') => {
      const step = { by: 'calibrate', weight: 1, ...(interests && { interests }) } as const;
      const list = await recommender.recommend({ k: 4, rerank: { steps: [step] } });
      return list.filter(({ item }) => Number(item.slice(1)) >= 7.5 && Number(item.slice(1)) < 15)
        .length;
    };
    expect(await ahead('next')).toBeGreaterThan(await ahead('past'));
    expect(await ahead()).toBe(await ahead('next'));
    const strange = recommender.recommend({
      // @ts-expect-error: none of both
      rerank: { steps: [{ by: 'calibrate', interests: 'future' }] },
    });
    await expect(strange).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  test('is tuned to a person where that is wanted, and only there', async () => {
    const history = ['s4', 's9', 's5', 's14', 's6'];
    const plain = await open({ catalog: items });
    const { modelFile } = await plain.train(interactions, options);
    const before = await lists(plain, history);
    const tuned = await open({ catalog: items, model: modelFile, personFactors: 'tuned' });
    const leaning = await lists(tuned, history);
    expectReasonsToSum(leaning);
    const scores = (list: typeof before) => list.map(({ score }) => score);
    expect(scores(leaning)).not.toEqual(scores(before));
    // What is forgotten is gone from it, too.
    const beside = await tuned.recommend({ k: 5 });
    await tuned.record({ item: 's20', type: 'like' });
    expect(scores(await tuned.recommend({ k: 5 }))).not.toEqual(scores(beside));
    await tuned.edit({ forget: { item: 's20' } });
    expect(scores(await tuned.recommend({ k: 5 }))).toEqual(scores(beside));

    const settings = { ...options.settings, epochs: 1 };
    // Of items in no order there are ranks to change.
    const muddled = interactions.map((row, n) => ({ ...row, item: `r${(n * n * 7919) % 307}` }));
    const asked = { interactions: muddled, model, settings, metrics: ['auc'] };
    const measured = await plain.evaluate(asked);
    const measuredTuned = await plain.evaluate({ ...asked, personFactors: 'tuned' });
    expect(measuredTuned.metrics.auc).not.toBe(measured.metrics.auc);
    expect(measuredTuned.metrics.auc).toBeCloseTo(measured.metrics.auc ?? 0, 1);
  });

  test('goes on from a checkpoint to the same model', async () => {
    const recommender = await open();
    const settings = { ...options.settings, epochs: 6 };
    const checkpoints: Uint8Array[] = [];
    const epochs: number[] = [];
    const onProgress = ({ checkpoint, learning }: Progress) => {
      if (checkpoint) checkpoints.push(checkpoint);
      if (learning && learning.epoch !== epochs.at(-1)) epochs.push(learning.epoch);
    };
    const whole = await recommender.train(interactions, {
      ...options,
      settings,
      checkpoints: true,
      onProgress,
    });
    expect(epochs.at(-1)).toBe(6);
    expect(checkpoints.length).toBeGreaterThan(0);
    const resume = checkpoints[0] as Uint8Array;
    const resumed = await recommender.train(interactions, { ...options, settings, resume });
    expect(resumed.modelFile).toEqual(whole.modelFile);
    expect(resumed.curve?.map(({ loss }) => loss.toFixed(4))).toEqual(
      whole.curve?.map(({ loss }) => loss.toFixed(4)),
    );

    await expect(
      recommender.train(interactions, { ...options, settings, resume, seed: 2 }),
    ).rejects.toMatchObject({ code: 'invalid_argument', message: /another training/ });
    await expect(
      recommender.train(interactions, { ...options, settings, resume: resume.slice(0, 999) }),
    ).rejects.toMatchObject({ code: 'corrupt_model_file' });
    await expect(
      recommender.train(interactions, { ...options, settings, resume: 'x' as never }),
    ).rejects.toMatchObject({ code: 'invalid_argument', message: /a Uint8Array/ });
    await expect(recommender.train(interactions, { model: 'ials', resume })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: /cannot be resumed/,
    });
  });
});

test('sequence models are measured against sampled negatives too', async () => {
  const recommender = await open();
  const all = { ...SMALL, interactions, metrics: ['hit_rate@1', 'ndcg@10'] } as const;
  const full = await recommender.evaluate(all);
  expect(full.metrics['hit_rate@1']).toBeGreaterThan(0.8);
  expect(full.curve?.length).toBeGreaterThan(10);
  // Who has learned nothing is right about one of four more often than about one of all.
  const little = { ...all, settings: { ...SMALL.settings, epochs: 1, learningRate: 1e-6 } };
  const [ofAll, ofFew] = [
    await recommender.evaluate(little),
    await recommender.evaluate({ ...little, sampledNegatives: 3 }),
  ];
  expect(ofFew.metrics['hit_rate@1']).toBeGreaterThan(ofAll.metrics['hit_rate@1'] ?? 1);
});

test('who cannot be told of order says so', async () => {
  const recommender = await open();
  const single = [
    { user: 'a', item: 'x' },
    { user: 'b', item: 'y' },
  ];
  await expect(recommender.train(single, { model: 'sasrec' })).rejects.toMatchObject({
    code: 'invalid_interactions',
    message: /nobody met two items/,
  });
});
