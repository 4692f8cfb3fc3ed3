import { describe, expect, test } from 'vitest';
import type { Item, OpenOptions, Settings } from '../../../web/types.js';
import { open } from '../opened-recommender.js';
import expected from './sklearn-weights.json' with { type: 'json' };
import { termWeights } from './term-weights.js';

const tokenizer = new URL('sklearn-tokens.mjs', import.meta.url);

async function weightsOf(catalog: readonly Item[], settings: Settings, options: OpenOptions = {}) {
  const recommender = await open({ catalog, ...options });
  const interactions = [{ user: 'someone', item: catalog[0]?.id ?? '' }];
  const { modelFile } = await recommender.train(interactions, { model: 'tf_idf', settings });
  return termWeights(modelFile);
}

describe('weights of terms', () => {
  test('by tf_idf are those of scikit-learn, given its tokens', async () => {
    const catalog = expected.texts.map((text, n) => ({ id: String(n), text }));
    const rows = await weightsOf(catalog, { weighting: 'tf_idf' }, { tokenizer });
    let compared = 0;
    for (const [n, weights] of expected.weights.entries()) {
      const row = rows[n] as Map<string, number>;
      expect([...row.keys()].sort()).toEqual(Object.keys(weights).sort());
      for (const [term, weight] of Object.entries(weights)) {
        expect(Math.abs((row.get(term) as number) - weight)).toBeLessThan(1e-6);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(80);
  });

  test('by bm25 are those of the formula, field by field', async () => {
    const catalog = [
      { id: '0', title: 'ink pen', text: 'ink ink paper', tags: ['Old'] },
      { id: '1', title: 'pen', text: 'quill ink paper quill paper ink', tags: ['Old', 'New'] },
      { id: '2', title: 'paper pen brush lamp' },
    ];
    const [k1, b] = [1.7, 0.4];
    const rows = await weightsOf(catalog, { weighting: 'bm25', k1, b });
    const counts = [
      { 'title ink': 1, 'title pen': 1, 'text ink': 2, 'text paper': 1, 'tags #old': 1 },
      {
        'title pen': 1,
        'text quill': 2,
        'text ink': 2,
        'text paper': 2,
        'tags #old': 1,
        'tags #new': 1,
      },
      { 'title paper': 1, 'title pen': 1, 'title brush': 1, 'title lamp': 1 },
    ];
    const lengths: Record<string, number[]> = { title: [2, 1, 4], text: [3, 6, 0] };
    const mean: Record<string, number> = { title: 7 / 3, text: 9 / 2 };
    const sums = counts.map((fields, item) => {
      const sum = new Map<string, number>();
      for (const [name, count] of Object.entries(fields)) {
        const [field = '', term = ''] = name.split(' ');
        const length = lengths[field]?.[item];
        const part =
          length === undefined
            ? 2 * count
            : (count / (1 - b + (b * length) / (mean[field] as number))) *
              (field === 'title' ? 2 : 1);
        sum.set(term, (sum.get(term) ?? 0) + part);
      }
      return sum;
    });
    const df = (term: string) => sums.filter((sum) => sum.has(term)).length;
    const weighted = sums.map((sum) =>
      [...sum].map(([term, x]) => {
        const idf = Math.log(1 + (3 - df(term) + 0.5) / (df(term) + 0.5));
        return [term, ((x * (k1 + 1)) / (x + k1)) * idf ** 0.75] as const;
      }),
    );
    const norms = weighted.map((weights) =>
      Math.hypot(...weights.filter(([term]) => df(term) > 1).map(([, weight]) => weight)),
    );
    const meanNorm = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
    for (const [item, weights] of weighted.entries()) {
      const row = rows[item] as Map<string, number>;
      expect(row.size).toBe(weights.length);
      const divisor = 0.3 * meanNorm + 0.7 * (norms[item] as number);
      for (const [term, weight] of weights) {
        expect(Math.abs((row.get(term) as number) - weight / divisor)).toBeLessThan(1e-6);
      }
    }
  });

  test('items whose terms no other has have rows of length 1 where all are as long', async () => {
    const [row] = await weightsOf(
      [
        { id: '0', title: 'ink pen' },
        { id: '1', title: 'lamp quill' },
      ],
      { weighting: 'bm25' },
    );
    expect(Math.hypot(...(row as Map<string, number>).values())).toBeCloseTo(1, 6);
  });

  test('with settings out of their range are refused', async () => {
    const recommender = await open({ catalog: [{ id: '0', title: 'ink' }] });
    for (const settings of [{ b: 1.5 }, { k1: -1 }, { weighting: 'bm26' }, { k1: 'much' }]) {
      await expect(
        recommender.train([{ user: 'u', item: '0' }], { model: 'tf_idf', settings }),
      ).rejects.toMatchObject({ code: 'invalid_argument' });
    }
  });
});
