import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { OpenOptions, Recommendation } from '../../web/types.js';
import { clusteredInteractions, clusteredItems } from './clustered-data.js';
import { type Recommender, Recommender as RecommenderClass } from './package-under-test.js';

const opened: Recommender[] = [];

/** A recommender of the package as built, closed when the test ends. */
async function open(options: OpenOptions = {}): Promise<Recommender> {
  const recommender = await RecommenderClass.open({ storage: 'memory', ...options });
  opened.push(recommender);
  return recommender;
}

afterEach(async () => {
  for (const recommender of opened.splice(0)) await recommender.close();
});

const items = clusteredItems(60, 6);
const interactions = clusteredInteractions({
  users: 240,
  items: 60,
  clusters: 6,
  perUser: 5,
  noise: 0.1,
  seed: 7,
});
const ids = (list: readonly { item: string }[]) => list.map((entry) => entry.item);
const clusterOf = (id: string) => Number(id.slice(1)) % 6;

function expectReasonsToSum(list: readonly Recommendation[]): void {
  for (const { score, reasons } of list) {
    const total = reasons.reduce((sum, reason) => sum + reason.contribution, 0);
    expect(Math.abs(total - score)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(score)));
  }
}

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

describe('a trained model', () => {
  test.each(['ials', 'item_neighbors'] as const)(
    '%s finds the cluster of a new person',
    async (model) => {
      const recommender = await open();
      await recommender.train(interactions, {
        model,
        settings: { ...(model === 'ials' && { numFactors: 8 }) },
      });
      await recommender.record([
        { item: 'i2', type: 'like' },
        { item: 'i8', type: 'like' },
      ]);
      const list = await recommender.recommend({ k: 5 });
      expect(list.map((entry) => clusterOf(entry.item))).toEqual([2, 2, 2, 2, 2]);
      expect(list.every((entry) => entry.source === model)).toBe(true);
      expectReasonsToSum(list);
      const similar = await recommender.similar('i2', { k: 4 });
      expect(similar.map((entry) => clusterOf(entry.item))).toEqual([2, 2, 2, 2]);
    },
  );

  test('gives the same list when its file is opened again', async () => {
    const recommender = await open({ catalog: items });
    const { modelFile } = await recommender.train(interactions, { settings: { numFactors: 8 } });
    const again = await open({ catalog: items, model: modelFile });
    for (const each of [recommender, again]) await each.record({ item: 'i5', type: 'like' });
    expect(await again.recommend()).toEqual(await recommender.recommend());
    expect(again.info().model).toEqual({ name: 'ials', items: 60, formatVersion: 1 });
    expect(again.info().bytes.model).toBe(modelFile.length);
  });

  test('recommends only what the catalogue has', async () => {
    const recommender = await open({ catalog: items.slice(0, 30) });
    await recommender.train(interactions, { settings: { numFactors: 8 } });
    await recommender.record({ item: 'i1', type: 'like' });
    const list = await recommender.recommend({ k: 100 });
    expect(list).toHaveLength(29);
    expect(list.every((entry) => Number(entry.item.slice(1)) < 30)).toBe(true);
  });

  test('makes way for another catalogue and model, and the events stay', async () => {
    const recommender = await open({ catalog: items });
    const { modelFile } = await recommender.train(interactions, { settings: { numFactors: 8 } });
    await recommender.record({ item: 'i4', type: 'like' });
    const trained = await recommender.recommend();
    await recommender.reload({ catalog: [{ id: 'new', title: 'New' }] });
    expect(ids(await recommender.recommend())).toEqual(['new']);
    expect(recommender.info()).toMatchObject({ model: null, items: 1, events: 1 });
    await recommender.reload({ catalog: items, model: modelFile });
    expect(await recommender.recommend()).toEqual(trained);
    await expect(recommender.reload({ catalog: [{}] as never })).rejects.toMatchObject({
      code: 'invalid_catalog',
    });
    await expect(recommender.reload({ model: modelFile.slice(0, 99) })).rejects.toMatchObject({
      code: 'corrupt_model_file',
    });
    expect(await recommender.recommend()).toEqual(trained);
  });

  test('can be trained for later use, and reloaded with events of another name', async () => {
    const recommender = await open({ catalog: items, name: 'one' });
    await recommender.record({ item: 'i4', type: 'like' });
    const { modelFile } = await recommender.train(interactions, {
      use: false,
      settings: { numFactors: 8 },
    });
    expect(recommender.info().model).toBeNull();
    await recommender.reload({ catalog: items, model: modelFile, name: 'two' });
    expect(recommender.info()).toMatchObject({ events: 0, model: { name: 'ials' } });
    expect((await recommender.recommend())[0]?.source).toBe('popularity');
    await recommender.record({ item: 'i3', type: 'like' });
    expect((await recommender.recommend())[0]?.source).toBe('ials');
    expect(ids((await recommender.profile()).items)).toEqual(['i3']);
  });

  test('gives the same bits for the same seed, and others for another', async () => {
    const recommender = await open();
    const file = async (seed: number) =>
      (await recommender.train(interactions, { seed, settings: { numFactors: 8 } })).modelFile;
    const first = await file(3);
    expect(await file(3)).toEqual(first);
    expect(await file(4)).not.toEqual(first);
  });

  test('is far better than popularity at what it was not shown', async () => {
    const recommender = await open();
    const recall = async (model: 'ials' | 'popularity') => {
      const { metrics } = await recommender.evaluate({
        interactions,
        model,
        metrics: ['recall@10'],
        settings: model === 'ials' ? { numFactors: 8 } : {},
      });
      return metrics['recall@10'] as number;
    };
    expect(await recall('ials')).toBeGreaterThan(0.5);
    expect(await recall('popularity')).toBeLessThan(0.3);
  });

  test.each(['leave-one-out', 'random', 'temporal', 'users'] as const)(
    'is measured on a %s split, with every metric between 0 and 1',
    async (split) => {
      const recommender = await open();
      const names = [
        'recall',
        'recall_capped',
        'precision',
        'f1',
        'hit_rate',
        'ndcg',
        'mrr',
        'map',
        'coverage',
      ];
      const result = await recommender.evaluate({
        interactions,
        split,
        settings: { numFactors: 8 },
        metrics: names.map((name) => `${name}@5`),
      });
      expect(Object.keys(result.metrics)).toEqual(names.map((name) => `${name}@5`));
      for (const value of Object.values(result.metrics)) {
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(result.test_users).toBeGreaterThan(0);
      expect(result.users).toBe(240);
    },
  );

  test('is compared with a baseline on the same users, in the same words each time', async () => {
    const recommender = await open();
    const steps = new Set<string>();
    const compare = () =>
      recommender.evaluate({
        interactions,
        settings: { numFactors: 8 },
        baseline: { model: 'popularity', settings: { halfLifeDays: 1 } },
        metrics: ['recall@10', 'auc', 'diversity@10', 'gini@10'],
        onProgress: ({ phase, model }) => steps.add(`${phase} ${model}`),
      });
    const { model, metrics, intervals, baseline, differences } = await compare();
    expect([model, baseline?.model]).toEqual(['ials', 'popularity']);
    expect(Object.keys(metrics)).toEqual(['recall@10', 'auc', 'diversity@10', 'gini@10']);
    expect(Object.keys(intervals)).toEqual(['recall@10', 'auc', 'diversity@10']);
    for (const [name, [low, high]] of Object.entries(intervals)) {
      expect(low).toBeLessThan(metrics[name] as number);
      expect(high).toBeGreaterThan(metrics[name] as number);
    }
    const recall = differences?.['recall@10'];
    expect(recall?.mean).toBeCloseTo(
      (metrics['recall@10'] as number) - (baseline?.metrics['recall@10'] as number),
    );
    expect(recall?.low).toBeGreaterThan(0.1);
    expect(recall?.p).toBe(0.0005);
    expect(Object.keys(differences?.['gini@10'] ?? {})).toEqual(['mean']);
    expect([...steps].sort()).toEqual([
      'evaluate ials',
      'evaluate popularity',
      'train ials',
      'train popularity',
    ]);
    const { seconds: _, ...again } = await compare();
    expect(again).toMatchObject({ metrics, intervals, differences });
  });

  test('counts a repeated row once, so that what is tested was never shown', async () => {
    const recommender = await open();
    const repeated = interactions.flatMap((row) => [row, { ...row, timestamp: 0 }]);
    const measure = (rows: typeof interactions) =>
      recommender.evaluate({ interactions: rows, settings: { numFactors: 8 } });
    const once = await measure(interactions);
    const twice = await measure(repeated);
    expect(twice.interactions).toBe(once.interactions);
    expect(twice.metrics).toEqual(once.metrics);
  });

  test('leaves items out of the test that nobody met in training, where that is asked for', async () => {
    const recommender = await open();
    const test = [
      { user: 'u1', item: 'never met' },
      { user: 'u2', item: 'i9' },
    ];
    const options = { train: interactions, test, model: 'popularity' as const };
    expect((await recommender.evaluate(options)).test_users).toBe(2);
    const known = await recommender.evaluate({ ...options, knownItemsOnly: true });
    expect(known.test_users).toBe(1);
  });

  test('can be stopped, and what was in use before stays in use', async () => {
    const recommender = await open();
    await recommender.train(interactions, { model: 'item_neighbors' });
    const controller = new AbortController();
    const training = recommender.train(interactions, {
      settings: { numFactors: 64, iterations: 1000 },
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 30);
    await expect(training).rejects.toMatchObject({ code: 'aborted', name: 'AbortError' });
    await recommender.record({ item: 'i3', type: 'like' });
    const [first] = await recommender.recommend();
    expect(first?.source).toBe('item_neighbors');
  });

  test('leaves the recommender answering while it trains', async () => {
    const recommender = await open({ catalog: items });
    const controller = new AbortController();
    const training = recommender.train(interactions, {
      settings: { numFactors: 128, iterations: 1000 },
      signal: controller.signal,
    });
    expect(await recommender.recommend({ k: 2 })).toHaveLength(2);
    controller.abort();
    await expect(training).rejects.toMatchObject({ code: 'aborted' });
  });

  test('reports progress that rises to 1', async () => {
    const recommender = await open();
    const fractions: number[] = [];
    await recommender.train(interactions, {
      settings: { numFactors: 64, iterations: 40 },
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });
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

describe("the person's hand", () => {
  test('sees what is known, forgets one item, exports and erases', async () => {
    const recommender = await open({ catalog: items });
    await recommender.record([
      { item: 'i1', type: 'like', at: 10 },
      { item: 'i2', type: 'dislike', at: 20 },
    ]);
    const profile = await recommender.profile();
    expect(profile.items).toEqual([
      { item: 'i2', type: 'dislike', weight: -1, at: 20 },
      { item: 'i1', type: 'like', weight: 1, at: 10 },
    ]);
    const taste = Object.fromEntries(profile.interests.map(({ term, weight }) => [term, weight]));
    expect(taste['cluster 1']).toBeGreaterThan(0);
    expect(taste['cluster 2']).toBeLessThan(0);
    expect(JSON.parse(await (await recommender.exportData()).text())).toEqual({
      format: 'inkling-events',
      version: 1,
      events: [
        { item: 'i1', type: 'like', at: 10 },
        { item: 'i2', type: 'dislike', at: 20 },
      ],
    });

    await recommender.edit({ forget: { item: 'i2' } });
    expect(ids((await recommender.profile()).items)).toEqual(['i1']);
    await recommender.erase();
    expect(await recommender.profile()).toEqual({ events: 0, items: [], interests: [] });
    expect(recommender.info().events).toBe(0);
    await recommender.record({ item: 'i3', type: 'like' });
    expect(recommender.info().events).toBe(1);
  });
});

describe('bad input is refused with the cure', () => {
  const html = new Blob(['<!doctype html><title>Not found</title>']);

  test.each([
    [
      'a catalogue that is not JSON',
      { catalog: new Blob(['id,title\n1,One']) },
      'invalid_catalog',
      /JSON/,
    ],
    ['an HTML page for a catalogue', { catalog: html }, 'wrong_content', /page/i],
    ['an item without id', { catalog: [{ title: 'x' } as never] }, 'invalid_catalog', /no id/],
    ['the same id twice', { catalog: [{ id: 'a' }, { id: 'a' }] }, 'duplicate_id', /"a"/],
    ['an unreadable model file', { model: html }, 'corrupt_model_file', /not a model file/],
    ['an empty model file', { model: new Uint8Array() }, 'corrupt_model_file', /0 bytes/],
    ['a model that is no source', { model: 5 as never }, 'invalid_argument', /URL/],
    ['a wasm file that is missing', { wasmUrl: '/nowhere/x.wasm' }, 'wasm_unavailable', /wasmUrl/],
    ['something else than wasm', { wasmBinary: new Uint8Array(99) }, 'wrong_content', /wasmUrl/],
    ['storage that is not there', { storage: 'indexeddb' }, 'storage_unavailable', /memory/],
    ['an option that is none', { thread: 1 } as never, 'invalid_argument', /did you mean threads/],
  ] as [string, OpenOptions, string, RegExp][])('%s', async (_, options, code, message) => {
    await expect(open(options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('a truncated or damaged model file, wherever it is cut', async () => {
    const recommender = await open();
    const { modelFile } = await recommender.train(interactions, { settings: { numFactors: 4 } });
    for (const length of [4, 9, 100, modelFile.length - 1]) {
      await expect(open({ model: modelFile.slice(0, length) })).rejects.toMatchObject({
        code: 'corrupt_model_file',
      });
    }
    const damaged = modelFile.slice();
    damaged[damaged.length - 20] = (damaged[damaged.length - 20] as number) ^ 255;
    await expect(open({ model: damaged })).rejects.toMatchObject({
      message: expect.stringMatching(/checksum/),
    });
  });

  test.each([
    ['nothing to learn from', [], {}, 'invalid_interactions', /at least one row/],
    [
      'a value that is NaN',
      [{ user: 'u', item: 'i', value: Number.NaN }],
      {},
      'invalid_interactions',
      /row 1/,
    ],
    ['a user that is a number', [{ user: 1, item: 'i' }], {}, 'invalid_interactions', /String/],
    [
      'an unknown model',
      interactions,
      { model: 'svd' },
      'invalid_argument',
      /known are popularity/,
    ],
    [
      'an unknown setting',
      interactions,
      { settings: { numFactor: 8 } },
      'invalid_argument',
      /did you mean "num_factors"/,
    ],
    [
      'a setting out of range',
      interactions,
      { settings: { numFactors: 0 } },
      'invalid_argument',
      /1 to 1024/,
    ],
    ['a seed that is none', interactions, { seed: -1 }, 'invalid_argument', /seed/],
  ])('train: %s', async (_, rows, options, code, message) => {
    const recommender = await open();
    await expect(recommender.train(rows as never, options as never)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['nothing given', {}, /interactions/],
    ['train without test', { train: interactions }, /test/],
    ['an unknown metric', { interactions, metrics: ['recal@5'] }, /known are recall@k/],
    ['k = 0', { interactions, metrics: ['recall@0'] }, /k from 1/],
    ['a comma too many', { interactions, metrics: ['recall@5,'] }, /unknown metric ""/],
    ['values of a model that has none', { interactions, metrics: ['rmse'] }, /biased_sgd/],
    ['a baseline that is a name', { interactions, baseline: 'ials' }, /\{model, settings\?\}/],
    [
      'times that are not there',
      {
        interactions: interactions.map(({ timestamp: _, ...row }) => row),
        model: 'popularity',
        settings: { halfLifeDays: 3 },
      },
      /half_life_days needs a timestamp/,
    ],
    ['an unknown split', { interactions, split: 'half' }, /leave-one-out/],
    ['a fraction of everything', { interactions, split: 'random', testFraction: 1 }, /below 1/],
  ])('evaluate: %s', async (_, options, message) => {
    const recommender = await open();
    await expect(recommender.evaluate(options as never)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(message),
    });
  });

  test('k = 0 and an unknown item', async () => {
    const recommender = await open({ catalog: items });
    await expect(recommender.recommend({ k: 0 })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    await expect(recommender.similar('nobody')).rejects.toMatchObject({
      code: 'unknown_item',
      message: expect.stringMatching(/"nobody".*ids look like "i0"/),
    });
  });
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

test('training on more than the first memory holds gives right results while it grows', async () => {
  const recommender = await open();
  const many = clusteredInteractions({
    users: 20_000,
    items: 600,
    clusters: 6,
    perUser: 20,
    noise: 0.1,
    seed: 1,
  });
  const before = recommender.info().bytes.memory;
  await recommender.train(many, { model: 'item_neighbors' });
  expect(recommender.info().bytes.memory).toBeGreaterThan(before);
  await recommender.record([
    { item: 'i2', type: 'like' },
    { item: 'i8', type: 'like' },
  ]);
  const list = await recommender.recommend({ k: 5 });
  expect(list.map((entry) => clusterOf(entry.item))).toEqual([2, 2, 2, 2, 2]);
  expectReasonsToSum(list);
});
