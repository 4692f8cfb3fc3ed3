import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../web/engine/filter.js';
import type { Filter, Item, RecommendOptions } from '../../web/types.js';
import {
  clusterOf,
  expectReasonsToSum,
  ids,
  interactions,
  items,
  open,
} from './opened-recommender.js';
import type { Recommender } from './package-under-test.js';

const DAY_MS = 86_400_000;
/** Attributes beside those of the clusters: i0 is of 1960, i59 of 2019; i0 is the most popular. */
const catalog: Item[] = items.map((item, n) => ({
  ...item,
  year: 1960 + n,
  director: `Director ${n % 7}`,
  runtime: 80 + ((n * 37) % 60),
}));
const yearOf = (id: string) => 1960 + Number(id.slice(1));
const invalid = (message: RegExp) => ({
  code: 'invalid_argument',
  message: expect.stringMatching(message),
});

/** Someone with a model and a taste for cluster 1. */
async function known(): Promise<Recommender> {
  const recommender = await open({ catalog });
  await recommender.train(interactions, { settings: { numFactors: 8 } });
  await recommender.record({ item: 'i1', type: 'like' });
  return recommender;
}

describe('rules of a list', () => {
  test('a filter holds for every entry, and the list is filled as long as there are such items', async () => {
    const recommender = await known();
    const filter: Filter = { year: { gte: 1970, lt: 1990 }, not: { director: 'director 3' } };
    const list = await recommender.recommend({ k: 60, filter });
    const left = catalog.filter(
      ({ id, year, director }) =>
        (year as number) >= 1970 &&
        (year as number) < 1990 &&
        director !== 'Director 3' &&
        id !== 'i1',
    );
    expect(ids(list).sort()).toEqual(left.map(({ id }) => id).sort());
    expect(new Set(list.map(({ source }) => source)).size).toBeGreaterThan(1);
    expectReasonsToSum(list);
    const whole = await recommender.recommend({ k: 60 });
    const kept = new Set(ids(list));
    expect(ids(list)).toEqual(ids(whole).filter((id) => kept.has(id)));
    expect(await recommender.recommend({ filter: { year: { gt: 3000 } } })).toEqual([]);
  });

  test('a filter works for ids where there is a model alone', async () => {
    const trained = await known();
    const { modelFile } = await trained.train(interactions, { settings: { numFactors: 2 } });
    const recommender = await open({ model: modelFile });
    const filter = { id: { in: ['i7', 'i9', 'nothing'] } };
    expect(ids(await recommender.recommend({ filter })).sort()).toEqual(['i7', 'i9']);
  });

  test('allowed items alone appear, and excluded ones not even then', async () => {
    const recommender = await known();
    const allow = ['i1', 'i7', 'i13', 'i20', 'unknown'];
    const list = await recommender.recommend({ allow, exclude: ['i20'] });
    expect(ids(list).sort()).toEqual(['i13', 'i7']);
    expect(ids(await recommender.recommend({ allow: [] }))).toEqual([]);
  });

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

  test('pins stand at their places, whatever the person has met, but not against what is excluded', async () => {
    const recommender = await known();
    const plain = ids(await recommender.recommend({ k: 8 }));
    const list = await recommender.recommend({
      k: 8,
      pins: ['i50', { item: 'i1', position: 4 }, { item: 'i51', position: 8 }, 'unknown', 'i52'],
      exclude: ['i52'],
    });
    expect(list).toHaveLength(8);
    expect(list.flatMap(({ source, item }, n) => (source === 'pin' ? [[n, item]] : []))).toEqual([
      [0, 'i50'],
      [3, 'i1'],
      [7, 'i51'],
    ]);
    expect(list[0]).toMatchObject({ score: 0, reasons: [{ kind: 'pin', contribution: 0 }] });
    const others = list.filter(({ source }) => source !== 'pin');
    expect(ids(others)).toEqual(plain.filter((id) => id !== 'i50' && id !== 'i51').slice(0, 5));
    const filtered = await recommender.recommend({ pins: ['i50'], filter: { year: { lt: 1990 } } });
    expect(ids(filtered)).not.toContain('i50');
    expect(ids(await recommender.recommend({ k: 2, pins: ['i3', 'i4', 'i5'] }))).toEqual([
      'i3',
      'i4',
    ]);
    await recommender.edit({ mute: 'cluster 2' });
    expect(ids(await recommender.recommend({ pins: ['i50'] }))).not.toContain('i50');
  });

  test('caps hold in the whole list, for every element of an array, and the list is still filled', async () => {
    const recommender = await known();
    const caps = [
      { field: 'tags', most: 2 },
      { field: 'director', most: 3 },
    ];
    const list = await recommender.recommend({ k: 12, caps, pins: ['i7', 'i13'] });
    expect(list).toHaveLength(12);
    expect(ids(list).slice(0, 2)).toEqual(['i7', 'i13']);
    const counts = (of: (id: string) => string | number) =>
      ids(list).map((id) => ids(list).filter((other) => of(other) === of(id)).length);
    expect(Math.max(...counts(clusterOf))).toBe(2);
    expect(Math.max(...counts((id) => Number(id.slice(1)) % 7))).toBeLessThanOrEqual(3);
    // What is asked for beyond that is not there.
    expect(await recommender.recommend({ k: 60, caps: [{ field: 'tags', most: 1 }] })).toHaveLength(
      6,
    );
    // However many are asked for.
    for (const k of [2 ** 30, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      expect(await recommender.recommend({ k })).toHaveLength(59);
      const capped = await recommender.recommend({ k, caps: [{ field: 'tags', most: 1 }] });
      expect(capped).toHaveLength(6);
    }
    // An attribute that items do not have is no cap for them.
    expect(await recommender.recommend({ k: 60, caps: [{ field: 'none', most: 1 }] })).toHaveLength(
      59,
    );
  });

  test.each([
    ['a model', true, 'ials'],
    ['content', false, 'tf_idf'],
  ])(
    'whatever the rules, lists of %s keep them, have no item twice, are the same again and add up',
    async (_, train, own) => {
      const recommender = await open({ catalog });
      if (train) await recommender.train(interactions, { settings: { numFactors: 8 } });
      await recommender.record([
        { item: 'i1', type: 'like' },
        { item: 'i9', type: 'dislike' },
        { item: 'i3', type: 'impression' },
        { item: 'i15', type: 'impression' },
      ]);
      const id = fc.integer({ min: 0, max: 62 }).map((n) => `i${n}`);
      const filter = fc.constantFrom<Filter>(
        { year: { lt: 1995 } },
        { tags: { hasAny: ['cluster 1', 'cluster 2', 'cluster 3'] } },
        { not: { director: 'director 2' } },
        {},
      );
      const rules = fc.record(
        {
          k: fc.integer({ min: 1, max: 70 }),
          query: fc.constantFrom('cluster', '-"cluster 1"', 'year:1970..1999', 'no cluster 2'),
          filter,
          boost: fc.array(fc.record({ filter, by: fc.integer({ min: -3, max: 3 }) }), {
            maxLength: 3,
          }),
          allow: fc.array(id, { minLength: 20, maxLength: 60 }),
          exclude: fc.array(id, { maxLength: 9 }),
          excludeSeen: fc.boolean(),
          pins: fc.array(
            fc.oneof(id, fc.record({ item: id, position: fc.integer({ min: 1, max: 9 }) })),
            { maxLength: 4 },
          ),
          caps: fc.constantFrom([{ field: 'tags', most: 2 }], [{ field: 'director', most: 1 }]),
          picks: fc.array(id, { maxLength: 3 }),
          explore: fc.constantFrom(0, 0.1, 0.5, 1),
          explain: fc.constantFrom(true, 1, 3),
          like: fc.integer({ min: 0, max: 59 }).map((n) => `i${n}`),
        },
        { requiredKeys: [] },
      ) as fc.Arbitrary<RecommendOptions>;
      const seen = ['i1', 'i9'];
      const sources = new Set<string>();
      await fc.assert(
        fc.asyncProperty(rules, async (options) => {
          const list = await recommender.recommend(options);
          for (const { source } of list) sources.add(source);
          const {
            k = 10,
            filter = {},
            allow,
            exclude = [],
            pins = [],
            excludeSeen = true,
          } = options;
          const holds = compileFilter(filter, 'f');
          const fits = (item: Item) =>
            holds(item) &&
            (allow?.includes(item.id) ?? true) &&
            !exclude.includes(item.id) &&
            item.id !== options.like;
          const pinned = new Set(pins.map((pin) => (typeof pin === 'string' ? pin : pin.item)));
          for (const { item, source } of list) {
            expect(fits(catalog.find((each) => each.id === item) as Item)).toBe(true);
            if (excludeSeen && source !== 'pin') expect(seen).not.toContain(item);
            expect(source === 'pin').toBe(pinned.has(item));
          }
          expect(new Set(ids(list)).size).toBe(list.length);
          const left = catalog.filter(
            (item) =>
              fits(item) && (pinned.has(item.id) || !excludeSeen || !seen.includes(item.id)),
          );
          if (options.caps) expect(list.length).toBeLessThanOrEqual(Math.min(k, left.length));
          else if (!options.query || options.query === 'cluster')
            expect(list).toHaveLength(Math.min(k, left.length));
          expectReasonsToSum(list);
          expect(await recommender.recommend(options)).toEqual(list);
        }),
        { numRuns: 200 },
      );
      expect([...sources]).toEqual(expect.arrayContaining(['pin', 'query', 'similar', own]));
    },
  );

  test.each<[string, object, RegExp]>([
    ['a filter that is none', { filter: 3 }, /recommend: filter is the number 3/],
    [
      'an operator that is none',
      { filter: { year: { above: 3 } } },
      /filter\.year: unknown operator "above"/,
    ],
    [
      'a boost of a filter that is none',
      { boost: [{ filter: { a: null }, by: 1 }] },
      /boost\[0\]\.filter\.a is null/,
    ],
    [
      'a boost by nothing',
      { boost: [{ filter: {} }] },
      /boost is an array; expected an array of \{filter: a filter, by: a number\}/,
    ],
    [
      'a boost by infinity',
      { boost: [{ filter: {}, by: Infinity }] },
      /\{filter: a filter, by: a number\}/,
    ],
    [
      'a boost with more',
      { boost: [{ filter: {}, by: 1, how: 2 }] },
      /\{filter: a filter, by: a number\}/,
    ],
    [
      'a pin at place 0',
      { pins: [{ item: 'i1', position: 0 }] },
      /an array of ids or \{item: a string, position: a whole number of at least 1\}/,
    ],
    ['a cap of 0', { caps: [{ field: 'tags', most: 0 }] }, /\{field: a string, most: a whole/],
    ['a share above 1', { explore: 2 }, /from 0 to 1/],
    ['a share that is none', { explore: Number.NaN }, /from 0 to 1/],
    ['a context that is none', { context: { device: 3 } }, /device: "mobile"/],
    [
      'a half-life of 0',
      { freshness: { halfLifeDays: 0, by: 1 } },
      /\{field\?: a string, halfLifeDays: a number above 0, by: a number\}/,
    ],
    ['but without like', { but: 'newer' }, /give like, or use filter/],
    ['an unknown critique', { like: 'i1', but: 'louder' }, /newer, older, longer/],
    [
      'a critique that says nothing of the item',
      { like: 'i1', but: 'newer', attributes: { time: 'made' } },
      /no attribute made/,
    ],
    ['an unknown option', { filtre: {} }, /did you mean filter/],
  ])('refuses %s', async (_, options, message) => {
    const recommender = await open({ catalog });
    await expect(recommender.recommend(options)).rejects.toMatchObject(invalid(message));
  });
});

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

describe('more like this', () => {
  test('begins with items like one, without it, and says so', async () => {
    const recommender = await known();
    const list = await recommender.recommend({ like: 'i4', k: 8 });
    expect(list[0]).toMatchObject({
      source: 'similar',
      reasons: [{ kind: 'similar', item: 'i4', contribution: list[0]?.score }],
    });
    expect(ids(list)).not.toContain('i4');
    const similar = (await recommender.similar('i4', { k: 8 })).filter(
      ({ source }) => source === 'ials',
    );
    expect(ids(list).slice(0, 4)).toEqual(
      ids(similar)
        .filter((id) => id !== 'i1')
        .slice(0, 4),
    );
    await expect(recommender.recommend({ like: 'nothing' })).rejects.toMatchObject({
      code: 'unknown_item',
    });
  });

  test.each<[RecommendOptions['but'], (id: string) => boolean]>([
    ['newer', (id) => yearOf(id) > yearOf('i30')],
    ['older', (id) => yearOf(id) < yearOf('i30')],
    [
      'longer',
      (id) => (catalog[Number(id.slice(1))]?.runtime as number) > (catalog[30]?.runtime as number),
    ],
    [
      'shorter',
      (id) => (catalog[Number(id.slice(1))]?.runtime as number) < (catalog[30]?.runtime as number),
    ],
    ['more popular', (id) => Number(id.slice(1)) < 30],
    ['less popular', (id) => Number(id.slice(1)) > 30],
    [
      ['newer', 'shorter'],
      (id) =>
        yearOf(id) > yearOf('i30') &&
        (catalog[Number(id.slice(1))]?.runtime as number) < (catalog[30]?.runtime as number),
    ],
    [{ director: 'director 3' }, (id) => Number(id.slice(1)) % 7 === 3],
  ])('but %j has such items alone, and all of them', async (but, fits) => {
    const recommender = await open({ catalog });
    const list = await recommender.recommend({ like: 'i30', but: but as never, k: 60 });
    const expected = catalog.filter(({ id }) => id !== 'i30' && fits(id));
    expect(ids(list).sort()).toEqual(expected.map(({ id }) => id).sort());
    expect(expected.length).toBeGreaterThan(0);
  });
});

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
