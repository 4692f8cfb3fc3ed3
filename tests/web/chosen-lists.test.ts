import { describe, expect, test } from 'vitest';
import type {
  ListConstraint,
  RecommendationList,
  RecommendOptions,
  RerankMethod,
} from '../../web/types.js';
import {
  clusterOf,
  expectReasonsToSum,
  ids,
  interactions,
  items,
  open,
} from './opened-recommender.js';

const DAY = 86_400_000;
const NOW = Date.now();
const catalog = items.map((item, n) => ({
  ...item,
  maker: `m${n % 4}`,
  decade: 1950 + 10 * (n % 5),
  published: NOW - n * DAY,
}));
const kindOf = (id: string) => `m${Number(id.slice(1)) % 4}`;
const METHODS: RerankMethod[] = [
  ...(['mmr', 'msd', 'dpp', 'xquad', 'calibrate', 'clusters'] as const),
  ...(['popularity', 'serendipity', 'freshness', 'rotation'] as const),
];

/** Somebody who likes three items of one cluster and one of another. */
async function opened(model = true) {
  const recommender = await open({ catalog });
  if (model) await recommender.train(interactions, { model: 'ials', settings: { numFactors: 8 } });
  const liked = catalog.filter(({ id }) => clusterOf(id) === 0).slice(0, 3);
  const other = catalog.find(({ id }) => clusterOf(id) === 1);
  const met = [...liked, ...(other ? [other] : [])].map(({ id }) => id);
  await recommender.record(met.map((item) => ({ item, type: 'like' })));
  return { recommender, met };
}
const variety = (list: RecommendationList) => new Set(ids(list).map(clusterOf)).size;
/** Numbers that look like chance, the same for a seed. */
function chance(seed: number) {
  let state = seed + 1;
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

describe('lists that are more than the best scores', () => {
  test('have k items, none twice and none met, whatever is asked for, and the same for a seed', async () => {
    const { recommender, met } = await opened();
    for (let seed = 1; seed <= 60; seed++) {
      const next = chance(seed);
      const k = 1 + next(20);
      const options: RecommendOptions = {
        k,
        seed,
        exclude: [`i${next(60)}`],
        ...(next(2) && { diversify: next(10) / 20 }),
        ...(next(2) && {
          rerank: { steps: [{ by: METHODS[next(10)] as RerankMethod, weight: 0.3 }] },
        }),
        ...(next(3) === 0 && { explore: { share: 0.3 } }),
        ...(next(3) === 0 && { constraints: [{ field: 'maker', most: Math.ceil(k / 4) }] }),
        ...(next(4) === 0 && { pins: ['i59'] }),
      };
      const list = await recommender.recommend(options);
      const label = JSON.stringify(options);
      expect(list.length, label).toBe(k);
      expect(new Set(ids(list)).size, label).toBe(k);
      expect(ids(list).filter((id) => met.includes(id) || options.exclude?.includes(id))).toEqual(
        [],
      );
      expect(list.broken, label).toBeUndefined();
      expect(ids(await recommender.recommend(options)), label).toEqual(ids(list));
    }
  });

  test('are the best scores where nothing but those is asked for', async () => {
    const { recommender } = await opened();
    const plain = await recommender.recommend({ k: 8 });
    for (const options of [
      { diversify: false },
      { diversify: 0 },
      { rerank: { steps: [{ by: 'msd' as const, weight: 0 }] } },
      { rerank: { steps: [{ by: 'msd' as const }], candidates: 8 } },
      { constraints: [{ field: 'maker', most: 8 }] },
      { explore: { share: 0 } },
    ]) {
      const list = await recommender.recommend({ k: 8, ...options });
      expect(list, JSON.stringify(options)).toEqual(plain);
    }
  });

  test('are more varied the further the slider is moved, and keep their reasons', async () => {
    const { recommender } = await opened();
    const at = async (diversify: boolean | number) => {
      const list = await recommender.recommend({ k: 6, diversify });
      expectReasonsToSum(list);
      expect(list.every(({ reasons }) => reasons.length > 0)).toBe(true);
      return variety(list);
    };
    expect(await at(false)).toBe(1);
    expect(await at(true)).toBeGreaterThan(1);
    expect(await at(1)).toBe(6);
  });

  test('go by the model’s vectors where the items say nothing of themselves', async () => {
    const recommender = await open();
    await recommender.train(interactions, { model: 'ials', settings: { numFactors: 8 } });
    await recommender.record({ item: 'i0', type: 'like' });
    const plain = await recommender.recommend({ k: 8 });
    expect(ids(await recommender.recommend({ k: 8, diversify: 0.9 }))).not.toEqual(ids(plain));
    await recommender.train(interactions, { model: 'ease' });
    const best = ids(await recommender.recommend({ k: 8 }));
    expect(ids(await recommender.recommend({ k: 8, diversify: 0.9 }))).toEqual(best);
    await expect(
      recommender.recommend({ rerank: { steps: [{ by: 'calibrate' }] } }),
    ).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(/topics/) });
  });

  test('are made without a model too, from content and popularity', async () => {
    const { recommender } = await opened(false);
    const list = await recommender.recommend({ k: 10, diversify: 0.8 });
    expect(list).toHaveLength(10);
    const newcomer = await open({
      catalog: catalog.map((item, n) => ({ ...item, popularity: 60 - n })),
    });
    expect(variety(await newcomer.recommend({ k: 6, diversify: 0.9 }))).toBe(6);
    expect(await newcomer.recommend({ k: 6, surprise: true })).toHaveLength(6);
  });

  test('with freshness bring new items, with rotation such as were not just shown', async () => {
    const { recommender } = await opened();
    const age = (list: RecommendationList) =>
      list.reduce((sum, { item }) => sum + Number(item.slice(1)), 0);
    const by = (name: RerankMethod, weight: number) => ({
      rerank: { candidates: 60, steps: [{ by: name, weight }] },
    });
    const plain = await recommender.recommend({ k: 6 });
    expect(age(await recommender.recommend({ k: 6, ...by('freshness', 0.9) }))).toBeLessThan(
      age(plain),
    );
    const first = ids(plain).slice(0, 3);
    await recommender.record(first.map((item) => ({ item, type: 'impression' })));
    const off = { impressions: { by: 0 } };
    expect(ids(await recommender.recommend({ k: 6, ...off })).slice(0, 3)).toEqual(first);
    const rotated = ids(await recommender.recommend({ k: 6, ...off, ...by('rotation', 0.95) }));
    expect(rotated.filter((id) => first.includes(id))).toEqual([]);
  });

  test('surprise, with what is far from what is known', async () => {
    const { recommender } = await opened();
    const list = ids(await recommender.recommend({ k: 6, surprise: true }));
    expect(list.filter((id) => [0, 1].includes(clusterOf(id))).length).toBeLessThan(2);
    for (const diversify of [true, 0.5, 1]) {
      expect(await recommender.recommend({ k: 6, surprise: true, diversify })).toHaveLength(6);
    }
  });

  test('end with an item of a lower rung only where a higher one has no more', async () => {
    const { recommender } = await opened();
    const list = await recommender.recommend({ k: 8, query: 'cluster', diversify: true });
    expect(list).toHaveLength(8);
  });
});

describe('constraints', () => {
  test('are kept where they can be, and named with what is lacking where they cannot', async () => {
    const { recommender } = await opened();
    for (let seed = 1; seed <= 40; seed++) {
      const next = chance(seed);
      const k = 4 + next(10);
      // One rule a maker: satisfiable exactly if the floors fit in the list and the ceilings fill it.
      const rules = ['m0', 'm1', 'm2', 'm3'].map((value): ListConstraint => {
        const least = next(4);
        return { field: 'maker', value, least, most: least + next(4) };
      });
      const count = (of: (rule: ListConstraint) => number) =>
        rules.reduce((sum, rule) => sum + of(rule), 0);
      const possible = count(({ least = 0 }) => least) <= k && count(({ most = 0 }) => most) >= k;
      const list = await recommender.recommend({ k, constraints: rules, diversify: 0.2 });
      expect(list).toHaveLength(k);
      const found = rules.map(({ value }) => ids(list).filter((id) => kindOf(id) === value).length);
      const wrong = rules.flatMap(({ value, least = 0, most = 0 }, n) => {
        const number = found[n] as number;
        const lacking = number < least ? least - number : Math.min(0, most - number);
        return lacking === 0
          ? []
          : [{ constraint: n, field: 'maker', value, unit: 'items', lacking }];
      });
      expect(list.broken ?? []).toEqual(wrong);
      expect(wrong.length === 0).toBe(possible);
      // As near as can be: what is lacking is no more than what must be.
      const must = Math.max(
        0,
        count(({ least = 0 }) => least) - k,
        k - count(({ most = 0 }) => most),
      );
      expect(wrong.reduce((sum, { lacking }) => sum + Math.abs(lacking), 0)).toBe(must);
    }
  });

  test('bring in what no score would have', async () => {
    const { recommender } = await opened();
    const constraints = [{ field: 'decade', value: 1980, least: 3 }];
    const list = await recommender.recommend({ k: 5, constraints });
    expect(ids(list).filter((id) => Number(id.slice(1)) % 5 === 3).length).toBeGreaterThanOrEqual(
      3,
    );
  });

  test('of ceilings bring in what lies below the candidates, too', async () => {
    const { recommender } = await opened();
    for (const constraints of [
      [
        { field: 'maker', value: 'm0', most: 0 },
        { field: 'maker', value: 'm1', most: 1 },
      ],
      [{ field: 'tags', most: 1 }],
      [
        { field: 'tags', most: 1 },
        { field: 'maker', most: 2 },
      ],
    ]) {
      const list = await recommender.recommend({ k: 6, constraints, diversify: 0.01 });
      expect(list, JSON.stringify(constraints)).toHaveLength(6);
      expect(list.broken, JSON.stringify(constraints)).toBeUndefined();
      const few = await recommender.recommend({
        ...{ k: 6, constraints },
        rerank: { candidates: 6, steps: [{ by: 'msd', weight: 0.1 }] },
      });
      expect(few.broken, JSON.stringify(constraints)).toBeUndefined();
    }
  });

  test('name every group that lacks what all must have, also those of which nothing is left', async () => {
    const { recommender } = await opened();
    const exclude = catalog.filter(({ maker }) => maker === 'm3').map(({ id }) => id);
    const constraints = [{ field: 'maker', least: 1 }];
    const { broken } = await recommender.recommend({ k: 8, constraints, exclude });
    expect(broken).toEqual([
      { constraint: 0, field: 'maker', value: 'm3', unit: 'items', lacking: 1 },
    ]);
  });

  test('name a group that nothing belongs to', async () => {
    const { recommender } = await opened();
    const constraints = [{ field: 'maker', value: 'nobody', least: 1 }];
    const { broken } = await recommender.recommend({ k: 5, constraints });
    expect(broken).toEqual([
      { constraint: 0, field: 'maker', value: 'nobody', unit: 'items', lacking: 1 },
    ]);
  });

  test('of attention are made good from session to session', async () => {
    const { recommender } = await opened();
    const least = 0.19;
    const constraints: ListConstraint[] = [
      { field: 'maker', least, unit: 'attention', over: 'sessions' },
    ];
    const shown = new Map<string, number>();
    let total = 0;
    let at = NOW - 100 * DAY;
    for (let session = 0; session < 12; session++) {
      const list = await recommender.recommend({ k: 5, constraints, impressions: { by: 0 } });
      // Five places cannot give four makers 19 % each; over several lists they can.
      expect(list.broken === undefined).toBe(session > 0);
      at += DAY;
      await recommender.record(
        list.map(({ item }, n) => ({ item, type: 'impression', at, position: n + 1 })),
      );
      list.forEach(({ item }, n) => {
        const got = 1 / Math.log2(n + 2);
        total += got;
        shown.set(kindOf(item), (shown.get(kindOf(item)) ?? 0) + got);
      });
      for (const maker of ['m0', 'm1', 'm2', 'm3']) {
        if (session === 0) continue;
        expect((shown.get(maker) ?? 0) / total).toBeGreaterThanOrEqual(least - 1e-6);
      }
    }
  });

  test('and caps: these stay hard, and the list is shorter where there is not enough', async () => {
    const { recommender } = await opened();
    const list = await recommender.recommend({
      k: 10,
      caps: [{ field: 'tags', most: 1 }],
      diversify: true,
      pins: ['i59'],
    });
    expect(variety(list)).toBe(list.length);
    expect(list).toHaveLength(6);
    expect(list.broken).toBeUndefined();
  });

  test.each([
    ['no array', {}, /constraints is an object; expected an array/],
    ['nothing to keep', [{ field: 'a' }], /least, most or both/],
    ['no field', [{ least: 1 }], /constraints\[0\]\.field is missing/],
    ['half an item', [{ field: 'a', least: 0.5 }], /whole number/],
    ['more than all attention', [{ field: 'a', unit: 'attention', most: 2 }], /from 0 to 1/],
    ['a floor above the ceiling', [{ field: 'a', least: 2, most: 1 }], /no more than most/],
    ['sessions of items', [{ field: 'a', least: 2, over: 'sessions' }], /unit attention/],
    ['an unknown part', [{ field: 'a', lest: 2 }], /did you mean least/],
  ])('are refused with %s', async (_, constraints, message) => {
    const { recommender } = await opened(false);
    await expect(
      recommender.recommend({ constraints: constraints as ListConstraint[] }),
    ).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(message) });
  });
});

describe('lists in which something stands already', () => {
  const makers = (list: RecommendationList) => ids(list).map(kindOf);
  const shareOf = (list: RecommendationList, wanted: string, before = { own: 0, all: 0 }) => {
    const amounts = list.map(({ item }, n) => ({ item, amount: 1 / Math.log2(n + 2) }));
    const sum = (of: typeof amounts) => of.reduce((total, { amount }) => total + amount, 0);
    const own = sum(amounts.filter(({ item }) => kindOf(item) === wanted));
    return (own + before.own) / (sum(amounts) + before.all);
  };

  test('keep caps, whatever is pinned and tried out', async () => {
    const { recommender } = await opened();
    for (let seed = 1; seed <= 30; seed++) {
      const caps = [{ field: 'maker', most: 2 }];
      const pins = ['i4', 'i8', 'i12'];
      const list = await recommender.recommend({ k: 8, seed, caps, pins, explore: { share: 0.5 } });
      for (const maker of ['m0', 'm1', 'm2', 'm3']) {
        expect(makers(list).filter((each) => each === maker).length).toBeLessThanOrEqual(2);
      }
      // The third pin is of the same maker: no room.
      expect(ids(list).slice(0, 2)).toEqual(['i4', 'i8']);
      expect(ids(list)).not.toContain('i12');
      expect(list).toHaveLength(8);
    }
  });

  test('tell what they break by all that they hold', async () => {
    const { recommender } = await opened();
    let kept = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const next = chance(seed);
      const rule = { field: 'maker', value: 'm2', unit: 'attention' as const };
      const [least, most] = [next(30) / 100, 0.3 + next(30) / 100];
      const list = await recommender.recommend({
        ...{ k: 10, seed, constraints: [{ ...rule, least, most }] },
        ...(next(2) && { pins: ['i4', { item: 'i9', position: 5 }] }),
        ...(next(2) && { explore: { share: 0.3 } }),
      });
      expect(list).toHaveLength(10);
      const share = shareOf(list, 'm2');
      const isKept = share >= least - 1e-6 && share <= most + 1e-6;
      expect(list.broken === undefined).toBe(isKept);
      if (isKept) kept++;
    }
    expect(kept).toBe(60);
  });

  test('make good what sessions lacked, also with pins and things tried out', async () => {
    const { recommender } = await opened();
    const least = 0.12;
    const constraints: ListConstraint[] = [
      { field: 'maker', least, unit: 'attention', over: 'sessions' },
    ];
    const totals = new Map<string, number>();
    let all = 0;
    let at = NOW - 100 * DAY;
    for (let session = 1; session <= 15; session++) {
      const list = await recommender.recommend({
        ...{ k: 10, constraints, seed: session, impressions: { by: 0 } },
        ...{ pins: ['i4'], explore: { share: 0.2 } },
      });
      at += DAY;
      await recommender.record(
        list.map(({ item }, n) => ({ item, type: 'impression', at, position: n + 1 })),
      );
      list.forEach(({ item }, n) => {
        const amount = 1 / Math.log2(n + 2);
        all += amount;
        totals.set(kindOf(item), (totals.get(kindOf(item)) ?? 0) + amount);
      });
      const kept = ['m0', 'm1', 'm2', 'm3'].every(
        (maker) => (totals.get(maker) ?? 0) / all >= least - 1e-6,
      );
      expect(list.broken === undefined).toBe(kept);
      expect(kept).toBe(true);
    }
  });

  test('leave constraints their places before anything is tried out, and stay full', async () => {
    const { recommender } = await opened();
    const all = catalog.filter(({ maker }) => maker === 'm1').length;
    const list = await recommender.recommend({
      k: 10,
      constraints: [{ field: 'maker', value: 'm1', least: Math.min(10, all) }],
      explore: { share: 0.5 },
    });
    expect(new Set(makers(list))).toEqual(new Set(['m1']));
    const none = { field: 'maker', most: 0 };
    const full = await recommender.recommend({
      k: 10,
      constraints: [none],
      explore: { share: 0.5 },
    });
    expect(full).toHaveLength(10);
    expect(full.broken?.length).toBeGreaterThan(0);
  });

  test('tell what is broken where nothing is left to choose', async () => {
    const { recommender } = await opened();
    const constraints = [{ field: 'maker', value: 'm1', least: 1 }];
    const pinned = await recommender.recommend({ k: 2, pins: ['i4', 'i8'], constraints });
    expect(ids(pinned)).toEqual(['i4', 'i8']);
    expect(pinned.broken).toMatchObject([{ value: 'm1', lacking: 1 }]);
    const nothing = await recommender.recommend({ constraints, filter: { maker: 'nobody' } });
    expect(nothing).toHaveLength(0);
    expect(nothing.broken).toMatchObject([{ lacking: 1 }]);
    const empty = await open({ catalog: [] });
    expect(await empty.recommend({ constraints })).toHaveLength(0);
    expect(await empty.recommend({ diversify: true, explore: { share: 1 } })).toEqual([]);
  });

  test('leave out a pin beyond their end, and are no longer than there are items', async () => {
    const { recommender, met } = await opened();
    const pins = [{ item: 'i59', position: 20 }];
    const list = await recommender.recommend({ k: 5, pins, diversify: 0.2 });
    expect(ids(list)).not.toContain('i59');
    const all = await recommender.recommend({ k: 1e9, diversify: 0.2 });
    expect(all).toHaveLength(catalog.length - met.length);
  });

  test('have reasons that sum to the scores where the person prefers something', async () => {
    const { recommender } = await opened();
    const [topic] = catalog[3]?.tags ?? [];
    await recommender.edit({ prefer: topic as string });
    for (const options of [
      { diversify: 0.3 },
      { surprise: true },
      { explore: { share: 0.5 } },
      { caps: [{ field: 'maker', most: 2 }] },
    ]) {
      expectReasonsToSum(await recommender.recommend({ k: 6, ...options }));
    }
  });

  test('take steps together that each have a weight by default', async () => {
    const { recommender } = await opened();
    const steps = METHODS.map((by) => ({ by }));
    expect(await recommender.recommend({ k: 6, rerank: { steps } })).toHaveLength(6);
    const both = { rerank: { steps: [{ by: 'calibrate' as const }] }, diversify: true };
    expect(await recommender.recommend({ k: 6, ...both })).toHaveLength(6);
    expect(await recommender.recommend({ k: 6, ...both, diversify: 1 })).toEqual(
      await recommender.recommend({ k: 6, diversify: 1 }),
    );
  });
});

describe('exploring', () => {
  test.each(['thompson', 'linucb', 'softmax'] as const)(
    'by %s keeps its budget and tells propensities',
    async (by) => {
      const { recommender } = await opened();
      let tried = 0;
      for (let seed = 1; seed <= 20; seed++) {
        const list = await recommender.recommend({ k: 10, explore: { share: 0.15, by }, seed });
        for (const { source, propensity, reasons } of list) {
          expect(propensity !== undefined).toBe(source === 'exploration');
          if (propensity === undefined) continue;
          tried++;
          expect(propensity).toBeGreaterThan(0);
          expect(propensity).toBeLessThanOrEqual(1);
          expect(reasons[0]?.kind).toBe('exploration');
        }
      }
      expect(tried).toBeGreaterThan(20);
      expect(tried).toBeLessThan(40);
    },
  );

  test('says how likely each was: as often as it is chosen', async () => {
    const { recommender } = await opened();
    const told = new Map<string, number>();
    const chosen = new Map<string, number>();
    const lists = 400;
    for (let seed = 1; seed <= lists; seed++) {
      const explore = { share: 1, by: 'softmax' as const, temperature: 0.5 };
      const [entry] = await recommender.recommend({ k: 1, explore, seed });
      if (!entry) throw new Error('an empty list');
      told.set(entry.item, entry.propensity as number);
      chosen.set(entry.item, (chosen.get(entry.item) ?? 0) + 1);
    }
    // What would stand there otherwise is tried as any other.
    expect([...told.keys()]).toEqual(
      expect.arrayContaining(ids(await recommender.recommend({ k: 1 }))),
    );
    for (const [item, propensity] of told) {
      const deviation = Math.sqrt((propensity * (1 - propensity)) / lists);
      expect(Math.abs((chosen.get(item) ?? 0) / lists - propensity)).toBeLessThan(4.5 * deviation);
    }
  });

  test('tries what the model or the words of the items know nothing of, too', async () => {
    const recommender = await open({ catalog });
    await recommender.record({ item: 'i0', type: 'like' });
    const seen = new Set<number>();
    for (let seed = 1; seed <= 40; seed++) {
      const [entry] = await recommender.recommend({ k: 1, explore: { share: 1 }, seed });
      if (entry) seen.add(clusterOf(entry.item));
    }
    expect(seen.size).toBe(6);
  });

  test('has another draw with each seed', async () => {
    const { recommender } = await opened();
    const draws = new Set<string>();
    const lists = 60;
    for (let seed = 1; seed <= lists; seed++) {
      const explore = { share: 1, by: 'softmax' as const, temperature: 5 };
      draws.add(ids(await recommender.recommend({ k: 5, explore, seed })).join());
    }
    expect(draws.size).toBe(lists);
  });

  test('learns from what was shown and taken', async () => {
    const { recommender } = await opened();
    const of = async (cluster: number) => {
      let number = 0;
      for (let seed = 1; seed <= 40; seed++) {
        const list = await recommender.recommend({ k: 10, explore: { share: 0.1 }, seed });
        for (const { item, source } of list) {
          if (source === 'exploration' && clusterOf(item) === cluster) number++;
        }
      }
      return number;
    };
    const before = await of(4);
    let at = NOW - 10 * DAY;
    for (let n = 0; n < 40; n++) {
      at += 3_600_000;
      const good = catalog.filter(({ id }) => clusterOf(id) === 4)[n % 2]?.id as string;
      const bad = catalog.filter(({ id }) => clusterOf(id) !== 4)[n % 6]?.id as string;
      await recommender.record([
        { item: good, type: 'impression', at, position: 1 },
        { item: good, type: 'click', at: at + 1000 },
        { item: bad, type: 'impression', at, position: 2 },
      ]);
    }
    expect(await of(4)).toBeGreaterThan(Math.max(20, 2 * before));
  });

  test.each([
    ['no share', {}, /explore\.share is missing/],
    ['null', null, /explore is null/],
    ['a share above 1', { share: 2 }, /from 0 to 1/],
    ['an unknown policy', { share: 0.1, by: 'thomson' }, /did you mean thompson/],
    ['no temperature', { share: 0.1, temperature: 0 }, /explore\.temperature/],
  ])('is refused with %s', async (_, explore, message) => {
    const { recommender } = await opened(false);
    await expect(recommender.recommend({ explore: explore as never })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(message),
    });
  });
});

describe('quiet mode', () => {
  test('learns nothing, checks what it is given, and ends', async () => {
    const { recommender } = await opened();
    const before = ids(await recommender.recommend());
    const { events } = recommender.info();
    recommender.quiet = true;
    await recommender.record({ item: 'i5', type: 'dislike' });
    await expect(recommender.record({ item: 'i5', type: 'no' as never })).rejects.toThrow(/type/);
    expect(recommender.info().events).toBe(events);
    expect(ids(await recommender.recommend())).toEqual(before);
    recommender.quiet = false;
    await recommender.record({ item: 'i5', type: 'dislike' });
    expect(recommender.info().events).toBe(events + 1);
  });
});

describe('off-policy estimates', () => {
  const log = { propensities: [0.5, 0.25, 1], targets: [1, 0.5, 0], rewards: [1, 0, 1] };

  test('are those of the formulas', async () => {
    const recommender = await open({ catalog });
    const { inversePropensity, selfNormalized, doublyRobust } = await recommender.offPolicy({
      ...log,
      chosenEstimates: [0.5, 0.5, 0.5],
      targetEstimates: [0.5, 0.5, 0.5],
    });
    expect(inversePropensity.value).toBeCloseTo(2 / 3, 12);
    expect(selfNormalized.value).toBeCloseTo(0.5, 12);
    expect(doublyRobust?.value).toBeCloseTo(0.5, 12);
    expect(inversePropensity.effectiveChoices).toBeCloseTo(2, 12);
    const clipped = await recommender.offPolicy({ ...log, mostWeight: 1 });
    expect(clipped.inversePropensity).toMatchObject({ clipped: 2, value: 1 / 3 });
    expect(clipped.doublyRobust).toBeUndefined();
  });

  test.each([
    ['no rewards', { ...log, rewards: undefined }, /offPolicy: rewards is missing/],
    ['texts', { ...log, targets: ['1', '0', '1'] }, /targets\[0\] is "1"; expected a number/],
    ['clipping at 0', { ...log, mostWeight: 0 }, /mostWeight is the number 0; .*above 0/],
    ['a propensity of 0', { ...log, propensities: [0, 1, 1] }, /propensit/],
    ['one choice', { propensities: [1], targets: [1], rewards: [1] }, /two/],
    ['nothing', null, /the log is null/],
  ])('are refused with %s', async (_, given, message) => {
    const recommender = await open({ catalog });
    await expect(recommender.offPolicy(given as never)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(message),
    });
  });
});
