import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clusterOf,
  expectReasonsToSum,
  ids,
  interactions,
  items,
  open,
} from './opened-recommender.js';

describe('a person nobody knows', () => {
  test('gets what is popular, and is told so', async () => {
    const recommender = await open({ catalog: items });
    const list = await recommender.recommend({ k: 3 });
    expect(ids(list)).toEqual(['i0', 'i1', 'i2']);
    expect(list.every((entry) => entry.source === 'popularity')).toBe(true);
    expectReasonsToSum(list);
  });
});

describe('content', () => {
  test('leads from one like to items of the same tag, and says by which', async () => {
    const recommender = await open({ catalog: items });
    await recommender.record({ item: 'i4', type: 'like' });
    const list = await recommender.recommend({ k: 5 });
    expect(list.map((entry) => clusterOf(entry.item))).toEqual([4, 4, 4, 4, 4]);
    expect(list[0]).toMatchObject({
      source: 'tf_idf',
      reasons: [{ kind: 'event', item: 'i4', terms: expect.arrayContaining(['cluster 4']) }],
    });
    expectReasonsToSum(list);
  });

  test('turns away from what was disliked', async () => {
    const recommender = await open({ catalog: items });
    await recommender.record([
      { item: 'i0', type: 'dislike' },
      { item: 'i1', type: 'like' },
    ]);
    const list = await recommender.recommend({ k: 9 });
    expect(new Set(list.map((entry) => clusterOf(entry.item)))).toEqual(new Set([1]));
  });

  test('finds words and tags of a query, then fills up and says what is what', async () => {
    const recommender = await open({
      catalog: [
        { id: 'a', title: 'Quiet Earth', tags: ['Science Fiction'] },
        { id: 'b', title: 'Loud Sky', tags: ['War'] },
      ],
    });
    const list = await recommender.recommend({ query: 'quiet fiction' });
    expect(list.map(({ item, source }) => [item, source])).toEqual([
      ['a', 'query'],
      ['b', 'popularity'],
    ]);
    expect(list[0]?.reasons.map((reason) => reason.term).sort()).toEqual([
      'quiet',
      'science fiction',
    ]);
    expectReasonsToSum(list);
  });
});

test('tells the largest reasons apart and sums the others up, as many as are asked for', async () => {
  const recommender = await open({ catalog: items });
  await recommender.train(interactions.slice(0, 600), { settings: { numFactors: 4 } });
  const met = Array.from({ length: 14 }, (_, i) => ({ item: `i${3 * i}`, type: 'like' as const }));
  await recommender.record(met);
  const [all] = await recommender.recommend({ k: 1, explain: Number.POSITIVE_INFINITY });
  expect(all?.source).toBe('ials');
  expect(all?.reasons).toHaveLength(14);
  for (const [explain, count] of [
    [4, 4],
    [13, 13],
    [true, 10],
  ] as const) {
    const [entry] = await recommender.recommend({ k: 1, explain });
    expect(entry?.item).toBe(all?.item);
    expect(entry?.reasons.slice(0, -1)).toEqual(all?.reasons.slice(0, count));
    expect(entry?.reasons.at(-1)).toMatchObject({ kind: 'others', count: 14 - count });
    expectReasonsToSum(entry ? [entry] : []);
  }
  for (const explain of [14, 1000]) {
    expect((await recommender.recommend({ k: 1, explain }))[0]).toEqual(all);
  }
  const unasked = await recommender.recommend({ k: 1 });
  expect(unasked[0]?.reasons).toHaveLength(11);
  for (const explain of [0, false]) {
    expect((await recommender.recommend({ k: 1, explain }))[0]?.reasons).toEqual([]);
  }
  for (const explain of [-1, 1.5, Number.NaN, 'all']) {
    await expect(recommender.recommend({ explain: explain as number })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('how many reasons'),
    });
  }
});

test('a list has min(k, items left) entries, none met before, none twice, by rung and score, for any events', async () => {
  const recommender = await open({ catalog: items });
  await recommender.train(interactions.slice(0, 600), { settings: { numFactors: 4 } });
  const order = ['ials', 'tf_idf', 'popularity'];
  const someItem = fc.integer({ min: 0, max: 65 }).map((i) => `i${i}`); // some of them unknown
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ item: someItem, type: fc.constantFrom('like', 'dislike', 'view', 'hide') }),
        {
          maxLength: 12,
        },
      ),
      fc.integer({ min: 1, max: 80 }),
      fc.array(someItem, { maxLength: 10 }),
      async (events, k, exclude) => {
        for (const { item } of (await recommender.profile()).items) {
          await recommender.edit({ forget: { item } });
        }
        await recommender.record(events as never);
        const list = await recommender.recommend({ k, exclude });
        const gone = new Set([...exclude, ...events.map((event) => event.item)]);
        const left = items.filter((item) => !gone.has(item.id));
        expect(list).toHaveLength(Math.min(k, left.length));
        expect(new Set(ids(list)).size).toBe(list.length);
        expect(ids(list).some((id) => gone.has(id))).toBe(false);
        list.forEach((entry, n) => {
          const before = list[n - 1];
          if (!before) return;
          const rungs = order.indexOf(before.source) - order.indexOf(entry.source);
          expect(rungs < 0 || (rungs === 0 && before.score >= entry.score)).toBe(true);
        });
        expectReasonsToSum(list);
        expect(await recommender.recommend({ k, exclude })).toEqual(list);
      },
    ),
    { numRuns: 60 },
  );
});

test('ids are kept exactly, through events, lists and model files', async () => {
  const strange = [
    '__proto__',
    'constructor',
    '',
    'a-b',
    'ab',
    '🦑',
    'ä',
    'A',
    'a',
    ' a',
    'x'.repeat(5000),
  ];
  const recommender = await open({ catalog: strange.map((id) => ({ id, title: 'same' })) });
  expect(ids(await recommender.recommend({ k: 100 })).sort()).toEqual([...strange].sort());
  const rows = strange.flatMap((item) => ['u', 'v', '__proto__'].map((user) => ({ user, item })));
  const { modelFile } = await recommender.train(rows, { settings: { numFactors: 2 } });
  const again = await open({ model: modelFile });
  expect(ids(await again.recommend({ k: 100 })).sort()).toEqual([...strange].sort());
  for (const id of strange) expect(await again.similar(id, { k: 1 })).toHaveLength(1);
});

describe('closing', () => {
  test('twice is fine, and calls afterwards say what happened', async () => {
    const recommender = await open();
    await recommender.close();
    await recommender.close();
    await expect(recommender.recommend()).rejects.toMatchObject({ code: 'closed' });
    await expect(recommender.record({ item: 'a', type: 'like' })).rejects.toMatchObject({
      code: 'closed',
    });
    expect(() => recommender.info()).toThrow(/open a new one/);
  });

  test('rejects what is under way', async () => {
    const recommender = await open();
    const training = recommender.train(interactions, { settings: { iterations: 1000 } });
    const rejected = expect(training).rejects.toMatchObject({ code: 'closed' });
    await recommender.close();
    await rejected;
  });
});

test('a signal that has fired already stops a call before it starts', async () => {
  const signal = AbortSignal.abort();
  const recommender = await open({ catalog: items });
  await expect(recommender.recommend({ signal })).rejects.toMatchObject({ code: 'aborted' });
  await expect(open({ signal })).rejects.toMatchObject({ code: 'aborted' });
});
