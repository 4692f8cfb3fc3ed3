import { describe, expect, test } from 'vitest';
import type { EvaluateOptions, RerankMethod, RerankOptions } from '../../web/types.js';
import { interactions, items, open } from './opened-recommender.js';

const METRICS = ['ndcg@6', 'intra_list_distance@6', 'topic_entropy@6', 'calibration_kl@6'];

async function measured(options: EvaluateOptions) {
  const recommender = await open({ catalog: items });
  return recommender.evaluate({
    ...{ interactions, model: 'ials', settings: { numFactors: 8 }, metrics: METRICS },
    ...options,
  });
}
const refused = (rerank: unknown, more: EvaluateOptions = {}) =>
  expect(measured({ rerank: rerank as RerankOptions, ...more })).rejects;
const step = (by: RerankMethod, weight: number): RerankOptions => ({ steps: [{ by, weight }] });

describe('what lists are about', () => {
  test('is measured by tags, or by the field that is named, with intervals', async () => {
    const { metrics, intervals } = await measured({});
    // Lists of one cluster, as the people have chosen.
    expect(metrics['intra_list_distance@6']).toBeLessThan(0.6);
    expect(metrics['topic_entropy@6']).toBeLessThan(1.5);
    expect(metrics['calibration_kl@6']).toBeGreaterThan(0);
    expect(Object.keys(intervals)).toEqual(METRICS);
    const renamed = items.map(({ tags, ...item }) => ({ ...item, subject: tags?.[0] }));
    const recommender = await open({ catalog: renamed });
    const again = await recommender.evaluate({
      ...{ interactions, model: 'ials', settings: { numFactors: 8 }, metrics: METRICS },
      topics: 'subject',
    });
    expect(again.metrics).toEqual(metrics);
  });

  test('is one topic however it is written, and none where it is empty', async () => {
    const recommender = await open({
      catalog: items.map((item, n) => ({
        ...item,
        tags: n % 2 ? ['  Science   FICTION', 'science fiction'] : ['Science fiction', ' '],
      })),
    });
    const { metrics } = await recommender.evaluate({
      ...{ interactions, model: 'popularity', metrics: ['topic_entropy@6'] },
    });
    expect(metrics).toEqual({ 'topic_entropy@6': 0 });
  });

  test('is refused with the cure where nothing tells', async () => {
    const without = await open();
    const asked = { interactions, model: 'popularity' as const, metrics: ['calibration_kl@5'] };
    await expect(without.evaluate(asked)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/^calibration_kl@5 .*no items are given; give items .*topics/),
    });
    await expect(measured({ topics: 'genre' })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/intra_list_distance@6 .*"genre".*by topics/),
    });
    await expect(without.evaluate({ ...asked, rerank: step('mmr', 0.5) })).rejects.toThrow(
      /no items are given/,
    );
    await expect(
      without.evaluate({ ...asked, metrics: ['ndcg@5'], rerank: step('serendipity', 0.5) }),
    ).rejects.toThrow(/^serendipity needs to know/);
    await expect(
      without.evaluate({ ...asked, metrics: ['ndcg@5'], rerank: step('popularity', 0.5) }),
    ).resolves.toBeDefined();
  });

  test('is no matter of the long tail’s exposure, which needs no items', async () => {
    const without = await open();
    const asked = { interactions, model: 'popularity' as const, metrics: ['exposure_ratio@6'] };
    const { metrics } = await without.evaluate(asked);
    expect(metrics['exposure_ratio@6']).toBeLessThan(0.2);
    const rare = await without.evaluate({ ...asked, rerank: step('popularity', 1) });
    expect(rare.metrics['exposure_ratio@6']).toBeGreaterThan(1);
  });
});

describe('re-ranked lists', () => {
  test.each(['mmr', 'msd', 'dpp', 'xquad', 'clusters', 'serendipity'] as const)(
    '%s makes them about more',
    async (by) => {
      const { metrics, baseline, differences } = await measured({
        rerank: { candidates: 40, steps: [{ by, weight: by === 'dpp' ? 0.2 : 0.6 }] },
        baseline: { model: 'ials', settings: { numFactors: 8 } },
      });
      expect(differences?.['topic_entropy@6']).toMatchObject({ p: 0.0005 });
      expect(differences?.['topic_entropy@6']?.low).toBeGreaterThan(0);
      // The baseline's stay.
      expect(baseline?.metrics).toEqual((await measured({})).metrics);
      expect(metrics['ndcg@6']).not.toBe(baseline?.metrics['ndcg@6']);
    },
  );

  test('calibrate brings them nearer to the history', async () => {
    const { differences } = await measured({
      rerank: step('calibrate', 0.5),
      baseline: { model: 'ials', settings: { numFactors: 8 } },
    });
    expect(differences?.['calibration_kl@6']?.high).toBeLessThan(0);
  });

  test('of the same items stand by score, or as they were chosen', async () => {
    const by = async (order: 'score' | 'chosen') => {
      const rerank = { order, steps: [{ by: 'msd' as const, weight: 0.6 }] };
      return (await measured({ rerank, metrics: [...METRICS, 'hit_rate@6', 'mrr@6'] })).metrics;
    };
    const [score, chosen] = [await by('score'), await by('chosen')];
    for (const name of [...METRICS.slice(1), 'hit_rate@6']) {
      expect(score[name]).toBeCloseTo(chosen[name] as number, 10);
    }
    expect(score['mrr@6']).not.toBe(chosen['mrr@6']);
  });

  test('have weights of their own where none is given', async () => {
    const { differences } = await measured({
      rerank: { steps: [{ by: 'msd' }] },
      baseline: { model: 'ials', settings: { numFactors: 8 } },
    });
    expect(differences?.['intra_list_distance@6']?.low).toBeGreaterThan(0);
    const given = await measured({ rerank: step('msd', 0.49) });
    expect((await measured({ rerank: { steps: [{ by: 'msd' }] } })).metrics).toEqual(given.metrics);
  });

  test('steps with no weight leave them as they are, as do windows that nothing fits in', async () => {
    const { metrics } = await measured({});
    expect((await measured({ rerank: step('mmr', 0) })).metrics).toEqual(metrics);
    const one = { steps: [{ by: 'mmr' as const, weight: 0.5, window: 1 }], candidates: 1 };
    expect((await measured({ rerank: one })).metrics).toEqual(metrics);
  });

  test('items are alike by the model’s vectors, where it has some', async () => {
    const by = (on: 'topics' | 'vectors', model: 'ials' | 'ease') =>
      measured({ model, settings: {}, rerank: { steps: [{ by: 'mmr', weight: 0.5, on }] } });
    expect((await by('vectors', 'ials')).metrics).not.toEqual((await by('topics', 'ials')).metrics);
    expect((await by('vectors', 'ease')).metrics).toEqual((await by('topics', 'ease')).metrics);
    const without = await open();
    const asked = { interactions, metrics: ['ndcg@5'] };
    const vectors: RerankOptions = { steps: [{ by: 'dpp', weight: 0.1, on: 'vectors' }] };
    await expect(without.evaluate({ ...asked, rerank: vectors })).resolves.toBeDefined();
    await expect(without.evaluate({ ...asked, model: 'ease', rerank: vectors })).rejects.toThrow(
      /step 1 .*a model that has vectors/,
    );
  });

  test.each([
    ['no object', 'mmr', /^rerank is "mmr"; expected an object with candidates, steps, order/],
    ['no steps', {}, /rerank\.steps is missing; expected an array/],
    ['empty steps', { steps: [] }, /rerank\.steps is an array; expected/],
    ['another part', { step: [] }, /unknown part "step" \(did you mean steps\?\)/],
    ['no candidates', { candidates: 0, steps: [] }, /rerank\.candidates is the number 0/],
    ['a step that is none', { steps: ['mmr'] }, /rerank\.steps\[0\] is "mmr"/],
    [
      'an unknown name',
      { steps: [{ by: 'mrm', weight: 1 }] },
      /steps\[0\]\.by is "mrm" \(did you mean mmr\?\); expected one of mmr, msd, dpp/,
    ],
    ['a weight that is no number', { steps: [{ by: 'mmr', weight: '1' }] }, /from 0 to 1/],
    ['what needs a moment', { steps: [{ by: 'rotation' }] }, /expected one of/],
    ['another order', { order: 'best', steps: [{ by: 'mmr' }] }, /expected one of score, chosen/],
    ['a part of no step', { steps: [{ by: 'mmr', wieght: 1 }] }, /did you mean weight/],
    ['half a window', { steps: [{ by: 'mmr', weight: 1, window: 0.5 }] }, /window is the number/],
    [
      'another likeness',
      { steps: [{ by: 'mmr', weight: 1, on: 'vector' }] },
      /steps\[0\]\.on is "vector" \(did you mean vectors\?\)/,
    ],
    [
      'weights above 1',
      { steps: [1, 2].map(() => ({ by: 'mmr', weight: 0.6 })) },
      /steps\[1\]\.weight is the number 0\.6; expected no more/,
    ],
    ['a negative weight', { steps: [{ by: 'mmr', weight: -1 }] }, /weight is the number -1/],
    [
      'a window of what has none',
      { steps: [{ by: 'calibrate', weight: 0.1, window: 2 }] },
      /step 1 .*only mmr, msd, dpp and xquad/,
    ],
  ])('are refused with %s', async (_, rerank, message) => {
    await refused(rerank).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(message),
    });
  });
});
