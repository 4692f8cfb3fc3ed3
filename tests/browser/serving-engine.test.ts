import { beforeEach, describe, expect, test } from 'vitest';
import { BROWSERS } from './browser.js';
import { setStage } from './stage.js';

const file = (name: string) => `/dist/inkling-simd${name}.wasm`;

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  /** A page with a model file that was trained on it, at `window.test.model`. */
  beforeEach(async () => {
    await stage.visit(stage.plain);
    await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const recommender = await inkling.Recommender.open({ storage: 'memory' });
      const { modelFile } = await recommender.train(sample.sampleInteractions(), { use: false });
      await recommender.close();
      Object.assign(window.test, { model: modelFile });
    });
    stage.plain.forgetRequests();
  });

  const requested = (ending: string) =>
    stage.plain.requests.map(({ path }) => path).filter((path) => path.endsWith(ending));
  const asked = () => requested('.wasm');

  test('a page opened with a model downloads the file that only recommends', async () => {
    const lists = await stage.browser.evaluate(async () => {
      const { inkling, sample, model } = window.test as typeof window.test & { model: Uint8Array };
      const listOf = async (training: boolean | undefined) => {
        const recommender = await inkling.Recommender.open({
          catalog: sample.sampleCatalogue(),
          model,
          storage: 'memory',
          ...(training !== undefined && { training }),
        });
        await recommender.record({ item: 'item-3', type: 'like' });
        const list = await recommender.recommend({ k: 30 });
        const similar = await recommender.similar('item-3');
        const { bytes } = recommender.info();
        await recommender.close();
        return { list, similar, wasm: bytes.wasm };
      };
      return [await listOf(undefined), await listOf(true)];
    });
    const [serving, training] = lists;
    expect(asked()).toEqual([file('-serving'), file('')]);
    expect(requested('.js')).toEqual(['/dist/worker-serving.js', '/dist/worker-training.js']);
    expect(serving?.list[0]?.source).toBe('ials');
    expect(serving?.wasm).toBeGreaterThan(50_000);
    expect(serving?.wasm).toBeLessThan((training?.wasm ?? 0) * 0.9);
    // The same code: the same numbers.
    expect(serving?.list).toEqual(training?.list);
    expect(serving?.similar).toEqual(training?.similar);
    await stage.expectNoProblems();
  });

  test('it trains and measures with files that it loads then', async () => {
    const told = await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const recommender = await inkling.Recommender.open({
        catalog: sample.sampleCatalogue(),
        storage: 'memory',
        training: false,
      });
      const first = await recommender.recommend({ k: 3 });
      const interactions = sample.sampleInteractions();
      const { model } = await recommender.train(interactions, { model: 'item_neighbors' });
      const list = await recommender.recommend({ k: 3, excludeSeen: false });
      const { users } = await recommender.evaluate({ interactions, model: 'popularity' });
      const refused = await recommender.train(interactions, { model: 'eels' as never }).then(
        () => null,
        ({ message }: Error) => message,
      );
      await recommender.train(interactions, { model: 'ease', use: false });
      const info = recommender.info();
      await recommender.close();
      return { first, model, list, users, refused, info };
    });
    expect(told.first).toHaveLength(3);
    expect(told.model).toBe('item_neighbors');
    expect(told.info.model?.name).toBe('item_neighbors');
    expect(told.list).toHaveLength(3);
    expect(told.users).toBeGreaterThan(10);
    expect(told.refused).toMatch(/eels.*known are popularity/);
    expect(asked()).toEqual([file('-serving'), file(''), file(''), file(''), file('-full')]);
    await stage.expectNoProblems();
  });

  test('it re-ranks and explores with the full file, which it loads for the first such list', async () => {
    const told = await stage.browser.evaluate(async () => {
      const { inkling, sample, model } = window.test as typeof window.test & { model: Uint8Array };
      const recommender = await inkling.Recommender.open({
        catalog: sample.sampleCatalogue(),
        model,
        storage: 'memory',
      });
      await recommender.record({ item: 'item-3', type: 'like' });
      const plain = await recommender.recommend({ k: 10 });
      const lists = await Promise.all([
        recommender.recommend({ k: 10, diversify: 0.9 }),
        recommender.recommend({ k: 10, explore: { share: 0.5 } }),
        recommender.recommend({
          k: 10,
          constraints: [{ field: 'tags', value: 'nothing', least: 1 }],
        }),
      ]);
      const again = await recommender.recommend({ k: 10 });
      const { inversePropensity } = await recommender.offPolicy({
        propensities: [0.5, 0.5],
        targets: [1, 1],
        rewards: [1, 0],
      });
      await recommender.close();
      return { plain, lists, again, value: inversePropensity.value, broken: lists[2].broken };
    });
    const [varied, explored] = told.lists;
    expect(told.again).toEqual(told.plain);
    expect(varied).not.toEqual(told.plain);
    expect(varied?.[0]?.reasons.length).toBeGreaterThan(0);
    expect(explored?.filter(({ propensity }) => propensity !== undefined)).toHaveLength(5);
    expect(told.broken).toMatchObject([{ value: 'nothing', lacking: 1 }]);
    expect(told.value).toBe(1);
    expect(asked()).toEqual([file('-serving'), file('-full')]);
    expect(requested('.js')).toEqual(['/dist/worker-serving.js', '/dist/worker.js']);
    await stage.expectNoProblems();
  });

  test('opened for training, it loads one file', async () => {
    const source = await stage.browser.evaluate(async () => {
      const { inkling, sample, model } = window.test as typeof window.test & { model: Uint8Array };
      const recommender = await inkling.Recommender.open({
        model,
        storage: 'memory',
        training: true,
      });
      await recommender.train(sample.sampleInteractions(), { model: 'popularity' });
      const [first] = await recommender.recommend();
      await recommender.close();
      return first?.source;
    });
    expect(source).toBe('popularity');
    expect(asked()).toEqual([file('')]);
    await stage.expectNoProblems();
  });

  test('an app that names the worker is told what training takes', async () => {
    const told = await stage.browser.evaluate(async () => {
      const { inkling, sample, model } = window.test as typeof window.test & { model: Uint8Array };
      const recommender = await inkling.Recommender.open({
        model,
        storage: 'memory',
        workerUrl: '/dist/worker-serving.js',
      });
      const [first] = await recommender.recommend();
      const refused = await recommender.train(sample.sampleInteractions()).then(
        () => null,
        ({ message }: Error) => message,
      );
      const plain = await recommender.recommend({ diversify: true }).then(
        () => null,
        ({ message }: Error) => message,
      );
      await recommender.close();
      return { source: first?.source, refused, plain };
    });
    expect(told).toEqual({
      plain: expect.stringMatching(/^reranked: this takes worker\.js/),
      source: expect.any(String),
      refused: expect.stringMatching(
        /^train: this takes worker\.js \(pass its address as workerUrl/,
      ),
    });
    await stage.expectNoProblems();
  });

  test('an app that gives only that file is told what training takes', async () => {
    const told = await stage.browser.evaluate(async (wasmUrl) => {
      const { inkling, sample } = window.test;
      const recommender = await inkling.Recommender.open({
        catalog: sample.sampleCatalogue(),
        storage: 'memory',
        wasmUrl,
      });
      const failures: unknown[] = [];
      for (const model of ['ials', 'auto'] as const) {
        await recommender
          .train(sample.sampleInteractions(), { model })
          .catch(({ code, message }) => failures.push(code, message));
      }
      const list = await recommender.recommend({ k: 2 });
      await recommender.close();
      return { failures, items: list.length };
    }, file('-serving'));
    expect(told).toEqual({
      failures: [
        'wasm_unavailable',
        expect.stringMatching(/^ials: .*inkling-simd\.wasm.*wasmUrl/),
        'wasm_unavailable',
        expect.stringMatching(/^auto: .*inkling-simd-full\.wasm.*wasmUrl/),
      ],
      items: 2,
    });
    expect(asked()).toEqual([file('-serving')]);
    await stage.expectNoProblems();
  });
});
