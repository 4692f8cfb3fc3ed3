import { describe, expect, test } from 'vitest';
import { known } from './known-person.js';
import { clusterOf, expectReasonsToSum, ids, open } from './opened-recommender.js';

describe('a query', () => {
  test('finds other things first for other people', async () => {
    const [one, other] = [await known(), await known()];
    await other.edit({ forget: { item: 'i1' } });
    await other.record({ item: 'i4', type: 'like' });
    const query = 'cluster';
    const [ones, others] = [
      await one.recommend({ query, k: 20 }),
      await other.recommend({ query, k: 20 }),
    ];
    expect([...ones, ...others].every(({ source }) => source === 'query')).toBe(true);
    expect(clusterOf(ones[0]?.item ?? '')).toBe(1);
    expect(clusterOf(others[0]?.item ?? '')).toBe(4);
    expectReasonsToSum([...ones, ...others]);
    expect(ones[0]?.reasons.map(({ kind }) => kind)).toContain('event');
    expect(ones[0]?.reasons.map(({ kind }) => kind)).toContain('tag');
  });

  test('denies, asks for attributes and for phrases', async () => {
    const films = [
      { id: 'a', title: 'Quiet Earth', tags: ['Science Fiction'], year: 1985 },
      {
        id: 'b',
        title: 'Loud Earth',
        text: 'A violent storm',
        tags: ['Science Fiction'],
        year: 1992,
      },
      { id: 'c', title: 'Earth, quiet', tags: ['War'], year: 1999 },
      { id: 'd', title: '安静的星球', tags: ['科幻'], year: 2001 },
      { id: 'e', title: '恐怖的星球', tags: ['科幻'], year: 2002 },
      { id: 'f', title: 'No Country', tags: ['Crime'], year: 2007 },
    ];
    const recommender = await open({ catalog: films });
    const found = async (query: string) =>
      (await recommender.recommend({ query }))
        .flatMap(({ item, source }) => (source === 'query' ? [item] : []))
        .sort();
    const all = async (query: string) => ids(await recommender.recommend({ query })).sort();
    expect(await found('earth')).toEqual(['a', 'b', 'c']);
    expect(await found('earth, nothing violent')).toEqual(['a', 'c']);
    expect(await all('earth -violent')).toEqual(['a', 'c', 'd', 'e', 'f']);
    expect(await all('-fiction')).toEqual(['c', 'd', 'e', 'f']);
    expect(await all('"quiet earth"')).toEqual(['a']);
    expect(await found('earth year:1990..1999')).toEqual(['b', 'c']);
    expect(await all('year:1990..1999')).toEqual(['b', 'c']);
    expect(await found('星球 不要恐怖')).toEqual(['d']);
    expect(await found('no country')).toEqual(['f']);
    expect((await all('no country')).length).toBe(6);
  });
});
