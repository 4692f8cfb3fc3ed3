import { describe, expect, test } from 'vitest';
import { BROWSERS } from './browser.js';
import { setStage } from './stage.js';

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  test('a page that is given a hybrid loads the full file for it, and learns from what is taken', async () => {
    await stage.visit(stage.plain);
    const told = await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const catalog = sample.sampleCatalogue();
      const interactions = sample.sampleInteractions({ users: 300, each: 15 });
      const loaded = () =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name.replace(/.*\//, ''))
          .filter((file) => file.endsWith('.wasm'));
      // Trained by a worker of its own, then put to work in place of what was there.
      const first = await inkling.Recommender.open({ catalog, name: 'hybrid', training: false });
      await first.record({ item: 'item-4', type: 'like' });
      const before = first.info().bytes.wasm;
      const { modelFile } = await first.train(interactions, {
        model: 'hybrid',
        settings: { numFactors: 8 },
      });
      const after = first.info().bytes.wasm;
      const trained = await first.recommend({ k: 5 });
      await first.close();
      // Opened with it.
      const opened = await inkling.Recommender.open({ catalog, name: 'hybrid', model: modelFile });
      const list = await opened.recommend({ k: 5 });
      await opened.record(list.map(({ item }) => ({ item, type: 'impression' as const })));
      await opened.record({ item: list[2]?.item ?? '', type: 'like' });
      await opened.recommend();
      const { blend } = await opened.profile();
      // And in place of another model.
      const { modelFile: small } = await opened.train(interactions, {
        settings: { numFactors: 8 },
        use: false,
      });
      await opened.close();
      const swapped = await inkling.Recommender.open({ catalog, name: 'hybrid', model: small });
      await swapped.reload({ catalog, model: modelFile });
      const reloaded = await swapped.recommend({ k: 5, impressions: { by: 0 }, adapt: false });
      const name = swapped.info().model?.name;
      await swapped.erase();
      await swapped.close();
      return { before, after, trained, list, blend, reloaded, name, loaded: loaded() };
    });
    const { before, after, trained, list, blend, reloaded, name: used } = told;
    expect(after).toBeGreaterThan(before * 1.5);
    expect(list.map(({ item }) => item)).toEqual(trained.map(({ item }) => item));
    expect(list.every(({ source }) => source === 'hybrid')).toBe(true);
    expect(blend.some(({ change }) => change !== 0)).toBe(true);
    expect(used).toBe('hybrid');
    expect(reloaded).toHaveLength(5);
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
