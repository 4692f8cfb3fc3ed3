import { beforeEach, describe, expect, test } from 'vitest';
import { BROWSERS } from './browser.js';
import { setStage } from './stage.js';

const FULL = '/dist/inkling-simd-full.wasm';

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  beforeEach(async () => {
    await stage.visit(stage.plain);
    stage.plain.restore();
    await stage.browser.evaluate(async () => {
      const { inkling, sample, open } = window.test;
      open.main = await inkling.Recommender.open({
        catalog: sample.sampleCatalogue(),
        storage: 'memory',
      });
      await open.main.record({ item: 'item-3', type: 'like' });
    });
    stage.plain.forgetRequests();
  });

  const asked = () =>
    stage.plain.requests.map(({ path }) => path).filter((path) => !path.endsWith('.ico'));

  test('a model of the full file is trained by it, and served without it', async () => {
    const told = await stage.browser.evaluate(async () => {
      const { sample, open } = window.test;
      const { main } = open;
      const before = main?.info().bytes;
      const phases = new Set<string>();
      const fractions: number[] = [];
      const result = await main?.train(sample.sampleInteractions(), {
        model: 'ease',
        onProgress: ({ phase, fraction }) => {
          phases.add(phase);
          fractions.push(fraction);
        },
      });
      const list = await main?.recommend({ k: 5 });
      return {
        model: result?.model,
        bytes: result?.modelFile.byteLength,
        phases: [...phases],
        inRange: fractions.every((fraction) => fraction >= 0 && fraction <= 1),
        sources: list?.map(({ source }) => source),
        info: main?.info().model?.name,
        wasm: [before?.wasm, main?.info().bytes.wasm],
        memory: main?.info().bytes.memory,
      };
    });
    expect(told).toMatchObject({ model: 'ease', info: 'ease', inRange: true });
    expect(told.sources).toEqual(Array(5).fill('ease'));
    expect(told.phases).toEqual(expect.arrayContaining(['download', 'train']));
    expect(told.bytes).toBeGreaterThan(1000);
    expect(told.wasm[1]).toBe(told.wasm[0]);
    expect(told.memory).toBeLessThan(64 << 20);
    // The file once, and the script of the worker that runs it; nothing else.
    expect(asked().filter((path) => path !== '/dist/worker.js')).toEqual([FULL]);
    await stage.expectNoProblems();
  });

  test('lists are measured by topics and re-ranked by it, with the items of the page', async () => {
    const told = await stage.browser.evaluate(async () => {
      const { sample, open } = window.test;
      const measure = (rerank?: { steps: { by: 'mmr'; weight: number }[] }) =>
        open.main?.evaluate({
          interactions: sample.sampleInteractions(),
          model: 'popularity',
          metrics: ['topic_entropy@5'],
          ...(rerank && { rerank }),
        });
      const before = await measure();
      const after = await measure({ steps: [{ by: 'mmr', weight: 0.8 }] });
      return [before, after].map((result) => result?.metrics['topic_entropy@5'] ?? 0);
    });
    expect(told[1]).toBeGreaterThan(told[0] as number);
    expect(asked().filter((path) => path !== '/dist/worker.js')).toEqual([FULL, FULL]);
    await stage.expectNoProblems();
  });

  test('threads train the same model as one thread', async () => {
    const train = (site: 'plain' | 'isolated') => async () => {
      await stage.visit(stage[site]);
      return stage.browser.evaluate(async () => {
        const { inkling, sample } = window.test;
        const recommender = await inkling.Recommender.open({ storage: 'memory' });
        const { model, modelFile } = await recommender.train(sample.sampleInteractions(), {
          model: 'item_graph',
        });
        await recommender.close();
        return { model, bytes: modelFile.byteLength };
      });
    };
    const one = await train('plain')();
    expect(one.model).toBe('item_graph');
    expect(await train('isolated')()).toEqual(one);
    await stage.expectNoProblems();
  });

  test('evaluate() measures models of the full file, and what both have without it', async () => {
    const recall = await stage.browser.evaluate(async () => {
      const { sample, open } = window.test;
      const interactions = sample.sampleInteractions({ users: 400, each: 20 });
      const options = { interactions, split: 'random', metrics: ['recall@20'] } as const;
      const usual = await open.main?.evaluate({ ...options, model: 'item_neighbors' });
      return { usual: usual?.metrics['recall@20'] };
    });
    expect(recall.usual).toBeGreaterThan(0.1);
    expect(asked()).toEqual([]);
    const compared = await stage.browser.evaluate(async () => {
      const { sample, open } = window.test;
      const interactions = sample.sampleInteractions({ users: 400, each: 20 });
      return open.main?.evaluate({
        interactions,
        split: 'random',
        metrics: ['recall@20'],
        model: 'popularity',
        baseline: { model: 'ease' },
      });
    });
    expect(compared?.baseline?.metrics['recall@20']).toBeGreaterThan(
      compared?.metrics['recall@20'] ?? 1,
    );
    expect(asked()).toContain(FULL);
    await stage.expectNoProblems();
  });

  test('an abort ends it, in the download as in the training, and the lists stay', async () => {
    for (const delayMs of [0, 3000]) {
      stage.plain.override(FULL, { delayMs });
      const result = await stage.browser.evaluate(async (delayed) => {
        const { sample, open } = window.test;
        const { main } = open;
        const before = await main?.recommend({ k: 10 });
        const abort = new AbortController();
        let abortedAt = 0;
        const end = () => {
          abortedAt = performance.now();
          abort.abort();
        };
        if (delayed) setTimeout(end, 100);
        const error = await main
          ?.train(sample.sampleInteractions({ users: 20_000, items: 2000, each: 20 }), {
            model: 'bpr',
            settings: { epochs: 1000 },
            signal: abort.signal,
            onProgress: ({ phase }) => {
              if (phase === 'train' && abortedAt === 0) end();
            },
          })
          .then(
            () => null,
            (thrown: { code: string }) => thrown.code,
          );
        const ms = performance.now() - abortedAt;
        const after = await main?.recommend({ k: 10 });
        return { error, ms, same: JSON.stringify(after) === JSON.stringify(before) };
      }, delayMs > 0);
      expect(result).toMatchObject({ error: 'aborted', same: true });
      expect(result.ms).toBeLessThan(200);
    }
    await stage.expectNoProblems();
  });

  test('where it is missing, the error names it, and the lists stay', async () => {
    stage.plain.override(FULL, { status: 404, type: 'text/plain', body: 'Not found' });
    const told = await stage.browser.evaluate(async () => {
      const { sample, open } = window.test;
      const failure = await open.main
        ?.train(sample.sampleInteractions(), { model: 'ease' })
        .catch(({ code, message }: { code: string; message: string }) => ({ code, message }));
      return { failure, list: (await open.main?.recommend({ k: 5 }))?.length };
    });
    expect(told.failure).toMatchObject({
      code: 'wasm_unavailable',
      message: expect.stringMatching(/inkling-simd-full\.wasm.*HTTP 404/),
    });
    expect(told.list).toBe(5);
  });

  test('an app that gives the file to start with is told what else it must give', async () => {
    const told = await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const fetched = async (file: string) => (await fetch(`/dist/${file}`)).arrayBuffer();
      const outcomes: unknown[] = [];
      for (const options of [
        { wasmUrl: '/dist/inkling-simd.wasm' },
        { wasmBinary: await fetched('inkling-simd.wasm') },
        { wasmBinary: await fetched('inkling-simd-full.wasm') },
        { wasmUrl: (file: string) => `/dist/inkling-${file}.wasm` },
      ]) {
        const recommender = await inkling.Recommender.open({ storage: 'memory', ...options });
        outcomes.push(
          await recommender.train(sample.sampleInteractions(), { model: 'ease' }).then(
            ({ model }) => model,
            ({ message }: { message: string }) => message,
          ),
        );
        await recommender.close();
      }
      return outcomes;
    });
    const refused = expect.stringMatching(/^ease: .*inkling-simd-full\.wasm.*wasmUrl/);
    expect(told).toEqual([refused, refused, 'ease', 'ease']);
    await stage.expectNoProblems();
  });
});
