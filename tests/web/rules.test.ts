import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../web/engine/filter.js';
import type { Filter, Item, RecommendOptions } from '../../web/types.js';
import { catalog, known } from './known-person.js';
import { clusterOf, expectReasonsToSum, ids, interactions, open } from './opened-recommender.js';

const CYCLIC: Record<string, unknown> = { year: 1990 };
CYCLIC.or = [CYCLIC, CYCLIC];
const nested = (depth: number): Filter => (depth > 1 ? { not: nested(depth - 1) } : {});
const invalid = (message: RegExp) => ({
  code: 'invalid_argument',
  message: expect.stringMatching(message),
});

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

  test('caps bind pins too: the first that fit stand at their places', async () => {
    const recommender = await known();
    const list = await recommender.recommend({
      k: 6,
      caps: [{ field: 'tags', most: 1 }],
      pins: [
        { item: 'i14', position: 3 },
        { item: 'i7', position: 1 },
        { item: 'i13', position: 4 },
        { item: 'i8', position: 2 },
      ],
    });
    expect(list).toHaveLength(6);
    expect(new Set(ids(list).map(clusterOf)).size).toBe(6);
    expect(list.flatMap(({ item, source }, n) => (source === 'pin' ? [[n, item]] : []))).toEqual([
      [0, 'i7'],
      [1, 'i8'],
    ]);
    const few = await recommender.recommend({
      k: 3,
      caps: [{ field: 'tags', most: 1 }],
      pins: ['i7', 'i13', 'i9'],
    });
    expect(ids(few).filter((id) => id !== few[1]?.item)).toEqual(['i7', 'i9']);
    expect(few[1]?.source).not.toBe('pin');
  });

  test('reasons are told of a capped list as of the whole, adjusted, of a query and explored too', async () => {
    const recommender = await known();
    for (const options of [
      {},
      { boost: [{ filter: { year: { gte: 1980 } }, by: 1 }] },
      { query: 'story' },
      { filter: { year: { lt: 1990 } }, explain: 2 },
    ] satisfies RecommendOptions[]) {
      const whole = new Map(
        (await recommender.recommend({ ...options, k: 60 })).map((entry) => [entry.item, entry]),
      );
      const list = await recommender.recommend({
        ...options,
        k: 12,
        caps: [{ field: 'tags', most: 2 }],
      });
      expect(list.length).toBeGreaterThan(6);
      for (const entry of list) expect(entry).toEqual(whole.get(entry.item));
    }
    const caps = [{ field: 'tags', most: 3 }];
    const stranger = await open({ catalog });
    const mixed = await stranger.recommend({ k: 15, caps, explore: 0.5, pins: ['i40'] });
    expect(new Set(mixed.map(({ source }) => source))).toContain('exploration');
    for (const { reasons } of mixed) expect(reasons.length).toBeGreaterThan(0);
    expect(await recommender.recommend({ caps, filter: { year: 0 } })).toEqual([]);
    const silent = await recommender.recommend({ k: 15, caps, explain: false });
    expect(silent.flatMap(({ reasons }) => reasons)).toEqual([]);
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
      /boost is an array with an object at 0; expected an array of \{filter: a filter, by: a number from -1e9 to 1e9\}/,
    ],
    [
      'a boost by infinity',
      { boost: [{ filter: {}, by: Infinity }] },
      /by: a number from -1e9 to 1e9\}/,
    ],
    [
      'a boost by more than a float keeps apart',
      {
        boost: [
          { filter: {}, by: 1 },
          { filter: {}, by: 1e39 },
        ],
      },
      /boost is an array with an object at 1; .*by: a number from -1e9 to 1e9\}/,
    ],
    ['freshness by so much', { freshness: { halfLifeDays: 1, by: -1e39 } }, /from -1e9 to 1e9/],
    ['impressions by so much', { impressions: { by: 1e39 } }, /from -1e9 to 1e9/],
    [
      'a boost with more',
      { boost: [{ filter: {}, by: 1, how: 2 }] },
      /\{filter: a filter, by: a number from/,
    ],
    ['an id that is none', { exclude: ['i1', 3] }, /exclude is an array with the number 3 at 1;/],
    ['a filter of a BigInt', { filter: { year: 1n } }, /recommend: filter .* plain values/],
    [
      'a filter of BigInts',
      { filter: { year: { in: [1n] } } },
      /recommend: filter .* plain values/,
    ],
    ['a filter in itself', { filter: CYCLIC }, /recommend: filter .* 64 deep/],
    ['a boost of such a filter', { boost: [{ filter: CYCLIC, by: 1 }] }, /recommend: boost/],
    ['a critique of such a filter', { like: 'i1', but: [CYCLIC] }, /recommend: but/],
    ['a filter that is deep', { filter: nested(65) }, /recommend: filter .* 64 deep/],
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
      /\{field\?: a string, halfLifeDays: a number above 0, by: a number from -1e9 to 1e9\}/,
    ],
    ['nothing in place of parts', { impressions: null as never }, /\{by\?: .*halfLifeDays\?: /],
    ['no parts', { impressions: 5 as never }, /\{by\?: /],
    ['a list of no parts', { impressions: [] as never }, /\{by\?: /],
    ['no attributes', { like: 'i1', attributes: null as never }, /\{time\?: a string/],
    ['but without like', { but: 'newer' }, /give like, or use filter/],
    ['an unknown critique', { like: 'i1', but: 'louder' }, /newer, older, longer/],
    [
      'a critique that says nothing of the item',
      { like: 'i1', but: 'newer', attributes: { time: 'made' } },
      /no attribute made/,
    ],
    ['an unknown option', { filtre: {} }, /did you mean filter/],
  ])('refuses %s', async (_, options, message) => {
    const warnings: unknown[] = [];
    const logger = { debug() {}, warn: (text: string) => warnings.push(text) };
    const recommender = await open({ catalog, logger: logger as never });
    await expect(recommender.recommend(options)).rejects.toMatchObject(invalid(message));
    await recommender.recommend();
    expect(warnings).toEqual([]); // such as that the engine was started anew
  });

  test('takes filters as deep as they may be', async () => {
    const recommender = await open({ catalog });
    expect(await recommender.recommend({ filter: nested(64) })).toHaveLength(0);
    expect(await recommender.recommend({ filter: nested(63) })).toHaveLength(10);
  });
});
