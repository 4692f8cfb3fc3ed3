import { describe, expect, test } from 'vitest';
import { catalog } from './known-person.js';
import { expectReasonsToSum, ids, open } from './opened-recommender.js';

describe('the ladder for people and items of whom nothing is known', () => {
  test('begins with declared interests, the most popular first', async () => {
    const recommender = await open({ catalog });
    await recommender.edit({ prefer: ['cluster 4', 'cluster 2'] });
    const list = await recommender.recommend({ k: 25 });
    expect(list.slice(0, 20).every(({ source }) => source === 'interests')).toBe(true);
    expect(ids(list).slice(0, 3)).toEqual(['i2', 'i4', 'i8']);
    expect(list[20]).toMatchObject({ item: 'i0', source: 'popularity' });
    expect(list[0]?.reasons).toMatchObject([
      { kind: 'preference', term: 'cluster 2', contribution: 1 },
      { kind: 'popularity' },
    ]);
    expectReasonsToSum(list);
    await recommender.record({ item: 'i1', type: 'like' });
    const later = await recommender.recommend({ k: 25 });
    expect(later.map(({ source }) => source)).not.toContain('interests');
  });

  test('has picks of an editor before popularity, of the call or of the catalogue', async () => {
    const recommender = await open({
      catalog: catalog.map((item) =>
        item.id === 'i40' ? { ...item, pick: 2 } : item.id === 'i41' ? { ...item, pick: 3 } : item,
      ),
    });
    const list = await recommender.recommend({ k: 4 });
    expect(list.map(({ item, source }) => [item, source])).toEqual([
      ['i41', 'pick'],
      ['i40', 'pick'],
      ['i0', 'popularity'],
      ['i1', 'popularity'],
    ]);
    expect(list[0]).toMatchObject({ score: 3, reasons: [{ kind: 'pick', contribution: 3 }] });
    const called = await recommender.recommend({ k: 4, picks: ['i30', 'nothing', 'i20', 'i30'] });
    expect(ids(called)).toEqual(['i30', 'i20', 'i0', 'i1']);
    expectReasonsToSum([...list, ...called]);
  });

  test('knows what is popular in a context, and says which', async () => {
    const recommender = await open({
      catalog: [
        { id: 'a', popularity: { default: 10, mobile: 30, evening: 12 } },
        { id: 'b', popularity: { default: 20, evening: 40 } },
        { id: 'c', popularity: 15 },
        { id: 'd' },
      ],
    });
    const order = async (context?: Record<string, string>) => {
      const list = await recommender.recommend({ k: 4, ...(context && { context }) });
      expectReasonsToSum(list);
      expect(list.every(({ source }) => source === 'popularity')).toBe(true);
      return list;
    };
    expect(ids(await order())).toEqual(['b', 'c', 'a', 'd']);
    expect(ids(await order({ device: 'desktop' }))).toEqual(['b', 'c', 'a', 'd']);
    expect(ids(await order({ device: 'mobile' }))).toEqual(['a', 'b', 'c', 'd']);
    const both = await order({ device: 'mobile', moment: 'evening' });
    expect(both.map(({ item, score }) => [item, score])).toEqual([
      ['b', 40],
      ['a', 21],
      ['c', 15],
      ['d', 0],
    ]);
    expect(both[1]?.reasons).toEqual([
      { kind: 'popularity', context: 'mobile', contribution: 15 },
      { kind: 'popularity', context: 'evening', contribution: 6 },
    ]);
    await expect(open({ catalog: [{ id: 'a', popularity: { x: -1 } }] })).rejects.toMatchObject({
      code: 'invalid_catalog',
    });
  });

  test('explores a share of the places of popularity, with items that few have met, by seed', async () => {
    const recommender = await open({ catalog });
    const plain = ids(await recommender.recommend({ k: 20 }));
    const found = new Map<string, number>();
    for (let seed = 1; seed <= 60; seed++) {
      const list = await recommender.recommend({ k: 20, explore: 0.1, seed });
      expect(list).toHaveLength(20);
      const explored = list.filter(({ source }) => source === 'exploration');
      expect(explored).toHaveLength(2);
      for (const { item } of explored) {
        expect(plain).not.toContain(item);
        found.set(item, (found.get(item) ?? 0) + 1);
      }
      const rest = list.filter(({ source }) => source === 'popularity');
      expect(ids(rest)).toEqual(plain.slice(0, 18));
      expectReasonsToSum(list);
      expect(await recommender.recommend({ k: 20, explore: 0.1, seed })).toEqual(list);
    }
    expect(found.size).toBeGreaterThan(20);
    const last = [...found].filter(([id]) => Number(id.slice(1)) >= 40);
    const before = [...found].filter(([id]) => Number(id.slice(1)) < 40);
    const sum = (all: [string, number][]) => all.reduce((total, [, count]) => total + count, 0);
    expect(sum(last)).toBeGreaterThan(sum(before));
    // A third of a place is sometimes one and sometimes none.
    const counts = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const list = await recommender.recommend({ k: 3, explore: 0.1, seed });
      counts.add(list.filter(({ source }) => source === 'exploration').length);
    }
    expect([...counts].sort()).toEqual([0, 1]);
    const excluded = await recommender.recommend({ k: 60, explore: 1, exclude: ['i59'] });
    expect(ids(excluded)).not.toContain('i59');
  });

  test('explores with caps, which hold all the same, and however many are asked for', async () => {
    const recommender = await open({ catalog });
    const caps = [{ field: 'tags', most: 3 }];
    const exploredBy = async (options: object) => {
      let places = 0;
      for (let seed = 1; seed <= 20; seed++) {
        const list = await recommender.recommend({ ...options, explore: 0.2, seed });
        places += list.filter(({ source }) => source === 'exploration').length / list.length;
        expect(new Set(ids(list)).size).toBe(list.length);
        expectReasonsToSum(list);
      }
      return places / 20;
    };
    for (let seed = 1; seed <= 20; seed++) {
      const list = await recommender.recommend({ k: 15, caps, explore: 0.2, seed });
      expect(list).toHaveLength(15);
      const clusters = ids(list).map((id) => Number(id.slice(1)) % 6);
      for (const one of clusters) {
        expect(clusters.filter((other) => other === one).length).toBeLessThanOrEqual(3);
      }
      const rest = ids(list.filter(({ source }) => source === 'popularity'));
      expect(list.length - rest.length).toBe(3);
      expect([...rest].sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)))).toEqual(
        rest,
      );
    }
    expect(await exploredBy({ k: 15, caps })).toBeCloseTo(0.2, 2);
    for (const k of [50, 60, 1000]) expect(await exploredBy({ k })).toBeCloseTo(0.2, 1);
    expect(await recommender.recommend({ k: 1000, explore: 0.2 })).toHaveLength(60);
  });

  test('works with neither model nor text', async () => {
    const recommender = await open({
      catalog: [{ id: 'a' }, { id: 'b', year: 1990 }, { id: 'c', year: 2000 }],
    });
    const boost = [{ filter: { year: { gt: 1995 } }, by: 1 }];
    expect(ids(await recommender.recommend({ boost }))).toEqual(['c', 'a', 'b']);
    const all = await recommender.recommend({
      query: 'year:1990',
      explore: 0.5,
      picks: ['b'],
      context: { a: 'b' },
    });
    expect(ids(all)).toEqual(['b']);
  });
});
