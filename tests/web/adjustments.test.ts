import { describe, expect, test } from 'vitest';
import { catalog, known } from './known-person.js';
import { clusterOf, expectReasonsToSum, ids, interactions, open } from './opened-recommender.js';

const DAY_MS = 86_400_000;

describe('boosts', () => {
  test('boosts bring items up or down, by how much they say, and reasons tell which', async () => {
    const recommender = await known();
    const places = async (by: number) => {
      const boost = [
        { filter: { year: { lt: 1900 } }, by: 9 },
        { filter: { tags: 'cluster 4' }, by },
      ];
      const list = await recommender.recommend({ k: 60, boost });
      expect(list).toHaveLength(59);
      expectReasonsToSum(list);
      for (const { item, reasons } of list) {
        const boosts = reasons.filter(({ kind }) => kind === 'boost');
        expect(boosts.map(({ rule }) => rule)).toEqual(
          clusterOf(item) === 4 && by !== 0 ? [1] : [],
        );
        for (const { contribution } of boosts) expect(Math.sign(contribution)).toBe(Math.sign(by));
      }
      return list.flatMap(({ item }, place) => (clusterOf(item) === 4 ? [place] : []));
    };
    const mean = (all: number[]) => all.reduce((sum, each) => sum + each, 0) / all.length;
    const means = [];
    for (const by of [-3, 0, 1, 20]) means.push(mean(await places(by)));
    expect(means).toEqual(means.toSorted((a, b) => b - a));
    expect(new Set(means).size).toBe(4);
    expect(await places(20)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('several boosts of one item are told apart and sum to what they come to', async () => {
    const recommender = await open({ catalog });
    const boost = [
      { filter: { year: 1965 }, by: 3 },
      { filter: { tags: 'cluster 5' }, by: -1 },
    ];
    const entry = async (explain: boolean | number) =>
      (await recommender.recommend({ k: 60, boost, explain })).find(({ item }) => item === 'i5');
    const told = (await entry(true))?.reasons ?? [];
    const [up, down] = [0, 1].map((n) => told.find(({ rule }) => rule === n)?.contribution ?? 0);
    expect(up).toBeGreaterThan(0);
    expect((up as number) / (down as number)).toBeCloseTo(-3, 5);
    // No more are told apart than asked for.
    const two = await entry(2);
    expect(two?.reasons.map(({ kind }) => kind)).toHaveLength(3);
    expect(two?.reasons.at(-1)?.kind).toBe('others');
    expectReasonsToSum(two ? [two] : []);
    expect((await entry(0))?.reasons).toEqual([]);
  });

  test('an item that neither model nor person knows comes in by a boost', async () => {
    const more = { id: 'new', title: 'unheard', director: 'Zed' };
    const recommender = await open({ catalog: [...catalog, more] });
    await recommender.train(interactions, { settings: { numFactors: 8 } });
    await recommender.record({ item: 'i1', type: 'like' });
    expect(ids(await recommender.recommend({ k: 10 }))).not.toContain('new');
    const [first] = await recommender.recommend({
      boost: [{ filter: { director: 'Zed' }, by: 50 }],
    });
    expect(first).toMatchObject({
      item: 'new',
      source: 'ials',
      reasons: [{ kind: 'boost', rule: 0 }],
    });
  });
});

describe('freshness', () => {
  test('brings new items up for a while', async () => {
    const now = Date.now();
    const recommender = await open({
      catalog: [
        { id: 'hit', popularity: 5 },
        { id: 'other', popularity: 4 },
        { id: 'old', popularity: 1, published: '1999-01-01' },
        { id: 'new', popularity: 1, published: now - DAY_MS / 4 },
        { id: 'newish', popularity: 1, published: new Date(now - 14 * DAY_MS).toISOString() },
        { id: 'odd', popularity: 1, published: 'some day' },
      ],
    });
    const list = await recommender.recommend({ freshness: { halfLifeDays: 7, by: 3 } });
    expect(ids(list)).toEqual(['new', 'hit', 'other', 'newish', 'old', 'odd']);
    const of = (id: string) =>
      list.find(({ item }) => item === id)?.reasons.find(({ kind }) => kind === 'freshness')
        ?.contribution ?? 0;
    expect(of('new') / of('newish')).toBeCloseTo(4, 0);
    expect(of('old')).toBeLessThan(1e-6);
    expect(of('odd')).toBe(0);
    expectReasonsToSum(list);
  });
});

describe('impressions', () => {
  test('let lists rotate, are told as reasons, and are no opinion', async () => {
    const recommender = await known();
    const before = await recommender.recommend({ k: 5 });
    const profile = await recommender.profile();
    const top = ids(before).slice(0, 3);
    for (let n = 0; n < 6; n++) {
      await recommender.record(top.map((item) => ({ item, type: 'impression' as const })));
    }
    const after = await recommender.recommend({ k: 60 });
    for (const [n, item] of top.entries()) {
      const place = ids(after).indexOf(item);
      expect(place).toBeGreaterThan(n); // still there, further down
      const reason = after[place]?.reasons.find(({ kind }) => kind === 'impression');
      expect(reason).toMatchObject({ count: 6 });
      expect(reason?.contribution).toBeLessThan(0);
    }
    expectReasonsToSum(after);
    const later = await recommender.profile();
    expect(later.items).toEqual(profile.items);
    expect(later.interests).toEqual(profile.interests);
    expect(later.events).toBe(profile.events + 18);
    expect(ids(await recommender.recommend({ k: 5, impressions: { by: 0 } }))).toEqual(ids(before));
  });

  test('are forgotten after some days and as soon as the person does something with the item', async () => {
    const recommender = await open({ catalog });
    const order = async () =>
      ids(await recommender.recommend({ k: 60, excludeSeen: false, impressions: { by: 2 } }));
    const plain = await order();
    await recommender.record({ item: 'i0', type: 'impression', at: Date.now() - 40 * DAY_MS });
    expect(await order()).toEqual(plain);
    await recommender.record({ item: 'i0', type: 'impression', at: Date.now() - 1000 });
    const shown = await order();
    expect(shown.indexOf('i0')).toBeGreaterThan(0);
    await recommender.record({ item: 'i0', type: 'view' });
    const list = await recommender.recommend({ k: 60, excludeSeen: false, impressions: { by: 2 } });
    expect(list.flatMap(({ reasons }) => reasons).every(({ kind }) => kind !== 'impression')).toBe(
      true,
    );
  });

  test('move to another device with the rest', async () => {
    const [one, other] = [await open({ catalog }), await open({ catalog })];
    await one.record({ item: 'i0', type: 'impression' });
    expect(await other.importData(await one.exportData())).toEqual({ added: 1, known: 0 });
    expect(await other.recommend({ k: 9 })).toEqual(await one.recommend({ k: 9 }));
    expect(await other.edit({ forget: { type: 'impression' } })).toEqual({ forgotten: 1 });
  });
});
