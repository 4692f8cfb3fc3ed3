import { describe, expect, test } from 'vitest';
import { BROWSERS } from './browser.js';
import { setStage } from './stage.js';

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  type WithModel = typeof window.test & { model: Uint8Array };
  /** Wasm files that were asked for since the last time. */
  const asked = () => {
    const paths = stage.plain.requests.map(({ path }) => path);
    stage.plain.forgetRequests();
    return paths.filter((path) => path.endsWith('.wasm'));
  };
  const SERVING = '/dist/inkling-simd-serving.wasm';
  const FULL = '/dist/inkling-simd-full.wasm';

  test('a page that cannot load the full file goes on with what it has, and loses nothing', async () => {
    await stage.visit(stage.plain);
    const found = await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const catalog = sample.sampleCatalogue();
      const interactions = sample.sampleInteractions({ users: 100, each: 8 });
      const settings = { numFactors: 4 };
      const trainer = await inkling.Recommender.open({ catalog, storage: 'memory' });
      const { modelFile } = await trainer.train(interactions, { model: 'hybrid', settings });
      await trainer.close();
      const recommender = await inkling.Recommender.open({
        catalog,
        storage: 'memory',
        training: false,
        wasmUrl: (wasm) => `/dist/${wasm === 'simd-full' ? 'nowhere' : `inkling-${wasm}`}.wasm`,
      });
      const growing = recommender.reload({ catalog, model: modelFile }).catch(({ code }) => code);
      await recommender.record({ item: 'item-4', type: 'like' });
      const meanwhile = await recommender.recommend({ k: 5 });
      await recommender.record({ item: 'item-5', type: 'like' });
      const code = await growing;
      const after = await recommender.recommend({ k: 1000 });
      const { events } = recommender.info();
      await recommender.close();
      const items = after.map(({ item }) => item);
      return { code, meanwhile: meanwhile.length, events, items };
    });
    expect(found).toMatchObject({ code: 'wasm_unavailable', meanwhile: 5, events: 2 });
    expect(found.items.length).toBeGreaterThan(5);
    expect(found.items).not.toContain('item-4');
    expect(found.items).not.toContain('item-5');
    asked();
  });

  test('a page that is given a hybrid loads the full file for it, and learns from what is taken', async () => {
    await stage.visit(stage.plain);
    const trained = await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const catalog = sample.sampleCatalogue();
      const interactions = sample.sampleInteractions({ users: 300, each: 15 });
      const first = await inkling.Recommender.open({ catalog, name: 'hybrid', training: false });
      await first.record({ item: 'item-4', type: 'like' });
      const before = first.info().bytes.wasm;
      const { modelFile } = await first.train(interactions, {
        model: 'hybrid',
        settings: { numFactors: 8 },
      });
      const after = first.info().bytes.wasm;
      const list = await first.recommend({ k: 5 });
      await first.close();
      Object.assign(window.test, { model: modelFile });
      return { before, after, list };
    });
    // Trained by a worker of its own, then put to work in place of what was there.
    expect(asked()).toEqual([SERVING, FULL, FULL]);
    expect(trained.after).toBeGreaterThan(trained.before * 1.5);

    const opened = await stage.browser.evaluate(async () => {
      const { inkling, sample, model } = window.test as WithModel;
      const catalog = sample.sampleCatalogue();
      const recommender = await inkling.Recommender.open({ catalog, name: 'hybrid', model });
      const list = await recommender.recommend({ k: 5 });
      await recommender.record(list.map(({ item }) => ({ item, type: 'impression' as const })));
      await recommender.record({ item: list[2]?.item ?? '', type: 'like' });
      await recommender.recommend();
      const { blend } = await recommender.profile();
      const interactions = sample.sampleInteractions({ users: 300, each: 15 });
      const { modelFile } = await recommender.train(interactions, {
        settings: { numFactors: 8 },
        use: false,
      });
      await recommender.close();
      Object.assign(window.test, { small: modelFile });
      return { list, blend };
    });
    // The other one may be on its way before the model has been looked at; the usual models this one trains too.
    expect(asked().filter((path) => path !== SERVING)).toEqual([FULL]);
    expect(opened.list.map(({ item }) => item)).toEqual(trained.list.map(({ item }) => item));
    expect(opened.list.every(({ source }) => source === 'hybrid')).toBe(true);
    expect(opened.blend.some(({ change }) => change !== 0)).toBe(true);

    const swapped = await stage.browser.evaluate(async () => {
      const { inkling, sample, model, small } = window.test as WithModel & { small: Uint8Array };
      const catalog = sample.sampleCatalogue();
      const recommender = await inkling.Recommender.open({ catalog, name: 'hybrid', model: small });
      await recommender.recommend({ k: 5 });
      await recommender.reload({ catalog, model });
      const list = await recommender.recommend({ k: 5, impressions: { by: 0 }, adapt: false });
      const used = recommender.info().model?.name;
      await recommender.erase();
      await recommender.close();
      return { list, used };
    });
    // In place of a model that needs no more than the smallest file.
    expect(asked()).toEqual([SERVING, FULL]);
    expect(swapped.used).toBe('hybrid');
    expect(swapped.list).toHaveLength(5);
  });

  test('a model file that only the full file reads is refused where the app gave a wasm of its own', async () => {
    await stage.visit(stage.plain);
    const told = await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const interactions = sample.sampleInteractions({ users: 200, each: 10 });
      const trainer = await inkling.Recommender.open({ storage: 'memory' });
      const { modelFile } = await trainer.train(interactions, {
        model: 'bpr',
        settings: { numFactors: 8, epochs: 2 },
        use: false,
      });
      await trainer.close();
      const wasmBinary = await (await fetch('/dist/inkling-simd.wasm')).arrayBuffer();
      return inkling.Recommender.open({
        model: modelFile,
        wasmBinary,
        variant: 'simd',
        storage: 'memory',
      }).catch(({ code, message }) => ({ code, message }));
    });
    expect(told).toMatchObject({ code: 'unsupported_version' });
    expect((told as { message: string }).message).toContain('full');
  });
});
