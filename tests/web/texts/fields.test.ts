import { describe, expect, test } from 'vitest';
import { numberBins } from '../../../web/engine/number-bins.js';
import type { OpenOptions } from '../../../web/types.js';
import { expectReasonsToSum, ids, open } from '../opened-recommender.js';

const films = Array.from({ length: 40 }, (_, n) => ({
  id: `f${n}`,
  title: `film${n}`,
  director: n % 4 === 0 ? 'Ida Lupino' : `director ${n}`,
  writer: n % 5 === 1 ? ['Ida  LUPINO', `writer ${n}`] : [`writer ${n}`],
  year: 1950 + n,
  tags: [n % 2 === 0 ? 'Even' : 'Odd'],
}));
const fields = {
  title: 1,
  director: { kind: 'tags' },
  writer: { kind: 'tags' },
  year: { kind: 'number', weight: 0.5 },
  tags: { weight: 0.1 },
} as const;

describe('fields', () => {
  test('of tags are terms of their own, and reasons name them', async () => {
    const recommender = await open({ catalog: films, fields: { ...fields, year: 1e-6 } });
    await recommender.record({ item: 'f0', type: 'like' });
    const list = await recommender.recommend({ k: 9 });
    expect(ids(list).sort()).toEqual(['f12', 'f16', 'f20', 'f24', 'f28', 'f32', 'f36', 'f4', 'f8']);
    expectReasonsToSum(list);
    expect(list[0]?.reasons[0]).toMatchObject({ kind: 'event', item: 'f0' });
    expect(list[0]?.reasons[0]?.terms?.[0]).toBe('ida lupino');
    const { interests } = await recommender.profile();
    const director = interests.find(({ term }) => term === 'ida lupino');
    expect(director).toMatchObject({ kind: 'attribute', field: 'director', from: ['f0'] });
    expect(interests.find(({ term }) => term === 'even')).toMatchObject({ kind: 'tag' });
  });

  test('are found by a query, with the attribute as the reason', async () => {
    const recommender = await open({ catalog: films, fields });
    const list = await recommender.recommend({ query: 'lupino', k: 18 });
    const found = list.filter(({ source }) => source === 'query');
    expect(found.length).toBe(16); // 10 directed, 8 written, 2 of them both
    expectReasonsToSum(found);
    const kinds = found.flatMap(({ reasons }) =>
      reasons.map(({ kind, field }) => `${kind} ${field}`),
    );
    expect(new Set(kinds)).toEqual(new Set(['attribute director', 'attribute writer']));
    expect(await recommender.recommend({ query: '1950', k: 1 })).toMatchObject([
      { source: 'popularity' },
    ]);
  });

  test('of numbers make items the more alike the nearer they are', async () => {
    const recommender = await open({ catalog: films, fields: { year: { kind: 'number' } } });
    const near = await recommender.similar('f20', { k: 39 });
    const score = new Map(near.map((entry) => [entry.item, entry.score]));
    expect(score.get('f21')).toBeGreaterThan(score.get('f23') ?? 0);
    expect(score.get('f23')).toBeGreaterThan(score.get('f26') ?? 0);
    expect(score.get('f39') ?? 0).toBe(0);
    await recommender.record({ item: 'f20', type: 'like' });
    const [first] = await recommender.recommend({ k: 1 });
    expect(first?.reasons[0]?.terms?.[0]).toMatch(/^year 19\d\d–19\d\d$/);
    const { interests } = await recommender.profile();
    expect(interests[0]).toMatchObject({ kind: 'attribute', field: 'year' });
  });

  test('that are not named do not count', async () => {
    const recommender = await open({ catalog: films, fields: { title: 1 } });
    expect(await recommender.similar('f0', { k: 39 })).toSatisfy((list: { score: number }[]) =>
      list.every(({ score }) => score === 0),
    );
  });

  test('of attributes are muted and preferred by their values', async () => {
    const recommender = await open({ catalog: films, fields });
    await recommender.edit({ mute: 'IDA Lupino' });
    const list = ids(await recommender.recommend({ k: 40 }));
    expect(list.length).toBe(24);
    expect(list).not.toContain('f0');
    expect(list).not.toContain('f1');
    await recommender.edit({ neutral: 'ida lupino', mute: 'even' });
    expect(ids(await recommender.recommend({ k: 40 })).length).toBe(20);
  });

  test('that are wrong are refused', async () => {
    for (const wrong of [
      { title: 0 },
      { title: -1 },
      { title: Number.NaN },
      { title: { kind: 'word' } },
      { title: { wieght: 1 } },
      { title: 'words' },
      null,
      'title',
    ]) {
      await expect(open({ fields: wrong } as unknown as OpenOptions)).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    }
  });
});

describe('ranges of numbers', () => {
  test('hold about as many each, share what lies between, and say what they are', () => {
    const binsOf = numberBins(
      'year',
      Array.from({ length: 80 }, (_, n) => 1940 + n),
    );
    expect(binsOf(1945)).toEqual([{ label: 'year 1940–1950', share: 1 }]);
    expect(binsOf(1950)).toEqual([
      { label: 'year 1940–1950', share: 0.5 },
      { label: 'year 1951–1960', share: 0.5 },
    ]);
    expect(binsOf(1800)).toEqual([{ label: 'year 1940–1950', share: 1 }]);
    expect(binsOf(2100)).toEqual([{ label: 'year 2011–2019', share: 1 }]);
    expect(binsOf(Number.NaN)).toEqual([]);
  });

  test('are single numbers where there are few', () => {
    const binsOf = numberBins('stars', [1, 2, 3, 3, 3, 4, 5, 5, Number.NaN]);
    expect(binsOf(3)).toEqual([{ label: 'stars 3', share: 1 }]);
    expect(numberBins('stars', [])(1)).toEqual([]);
    expect(numberBins('stars', [7, 7])(7)).toEqual([{ label: 'stars 7', share: 1 }]);
  });
});
