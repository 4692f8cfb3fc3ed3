import { beforeEach, describe, expect, test } from 'vitest';
import { BROWSERS } from './browser.js';
import { setStage } from './stage.js';

/** The promise is 50 ms; more is allowed here because other programs may use the same processors. */
const ABORT_LIMIT_MS = 200;

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  beforeEach(async () => {
    await stage.visit(stage.isolated);
    await stage.browser.evaluate(async () => {
      const { inkling, sample, open } = window.test;
      open.main = await inkling.Recommender.open({
        catalog: sample.sampleCatalogue(),
        storage: 'memory',
      });
      await open.main.record({ item: 'item-3', type: 'like' });
    });
  });

  test('progress is reported, rises, and ends at one', async () => {
    const { train, evaluate } = await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      const interactions = window.test.sample.sampleInteractions({
        users: 5000,
        items: 1000,
        each: 20,
      });
      const reports: Record<'train' | 'evaluate', { phase: string; fraction: number }[]> = {
        train: [],
        evaluate: [],
      };
      const settings = { numFactors: 32, iterations: 100 };
      await main?.train(interactions, {
        settings,
        onProgress: (progress) => reports.train.push(progress),
      });
      await main?.evaluate({
        interactions,
        settings,
        onProgress: (progress) => reports.evaluate.push(progress),
      });
      return reports;
    });
    expect(new Set(train.map(({ phase }) => phase))).toEqual(new Set(['train']));
    expect(new Set(evaluate.map(({ phase }) => phase))).toEqual(new Set(['train', 'evaluate']));
    const phases = [
      train,
      evaluate.filter(({ phase }) => phase === 'train'),
      evaluate.filter(({ phase }) => phase === 'evaluate'),
    ];
    for (const reports of phases) {
      const fractions = reports.map(({ fraction }) => fraction);
      expect(fractions.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      expect(fractions.at(-1)).toBe(1);
    }
    expect(train.length).toBeGreaterThan(3);
    await stage.expectNoProblems();
  });

  test.each(['train', 'evaluate'] as const)(
    'an aborted %s() rejects at once, frees the engine, and leaves the model as it was',
    async (call) => {
      const result = await stage.browser.evaluate(async (long) => {
        const { sample, open } = window.test;
        const { main } = open;
        await main?.train(sample.sampleInteractions(), { seed: 2 });
        const before = await main?.recommend({ k: 20 });
        const modelBefore = main?.info().model;

        const interactions = sample.sampleInteractions({ users: 20_000, items: 2000, each: 20 });
        const abort = new AbortController();
        let abortedAt = 0;
        let lastFraction = 0;
        const options = {
          // Minutes of work.
          settings: { numFactors: 128, iterations: 1000 },
          signal: abort.signal,
          onProgress: ({ fraction }: { fraction: number }) => {
            lastFraction = fraction;
            if (abortedAt > 0) return;
            // Not from within the report, but in the middle of the work.
            abortedAt = performance.now() + 30;
            setTimeout(() => {
              abortedAt = performance.now();
              abort.abort();
            }, 30);
          },
        };
        const error = await (long === 'train'
          ? main?.train(interactions, options)
          : main?.evaluate({ interactions, ...options })
        )?.then(
          () => null,
          (thrown: { code: string; name: string }) => ({ code: thrown.code, name: thrown.name }),
        );
        const rejectedMs = performance.now() - abortedAt;
        // Long calls wait for each other: this one ends only when the aborted one has really stopped.
        await main?.evaluate({
          interactions: sample.sampleInteractions({ users: 10, each: 3 }),
          model: 'popularity',
        });
        const freeMs = performance.now() - abortedAt;
        return {
          error,
          rejectedMs,
          freeMs,
          lastFraction,
          same: JSON.stringify(await main?.recommend({ k: 20 })) === JSON.stringify(before),
          sameModel: JSON.stringify(main?.info().model) === JSON.stringify(modelBefore),
        };
      }, call);
      console.log(
        `${name}: an aborted ${call}() rejected after ${result.rejectedMs.toFixed(1)} ms; ` +
          `the engine had done another call after ${result.freeMs.toFixed(0)} ms`,
      );
      expect(result.error).toEqual({ code: 'aborted', name: 'AbortError' });
      expect(result.lastFraction).toBeLessThan(0.5);
      expect(result.rejectedMs).toBeLessThan(ABORT_LIMIT_MS);
      expect(result.freeMs).toBeLessThan(2 * ABORT_LIMIT_MS);
      expect(result.same).toBe(true);
      expect(result.sameModel).toBe(true);
      await stage.expectNoProblems();
    },
  );

  test('lists are given while a model is being trained', async () => {
    const { lists, slowestMs, finished } = await stage.browser.evaluate(async () => {
      const { sample, open } = window.test;
      const abort = new AbortController();
      let done = false;
      let started = () => {};
      const start = new Promise<void>((resolve) => {
        started = resolve;
      });
      const training = open.main
        ?.train(sample.sampleInteractions({ users: 20_000, items: 2000, each: 20 }), {
          settings: { numFactors: 128, iterations: 1000 },
          signal: abort.signal,
          onProgress: () => started(),
        })
        .catch(() => {
          done = true;
        });
      await start;
      const times: number[] = [];
      let answered = 0;
      for (let n = 0; n < 5; n++) {
        const before = performance.now();
        answered += (await open.main?.recommend({ k: 10 }))?.length === 10 ? 1 : 0;
        times.push(performance.now() - before);
      }
      const early = done;
      abort.abort();
      await training;
      return { lists: answered, slowestMs: Math.max(...times), finished: early };
    });
    console.log(`${name}: the slowest list during a training took ${slowestMs.toFixed(1)} ms`);
    expect(finished).toBe(false);
    expect(lists).toBe(5);
    expect(slowestMs).toBeLessThan(500);
    await stage.expectNoProblems();
  });

  test('a signal that has fired already stops the call before it starts', async () => {
    await expect(
      stage.browser.evaluate(() =>
        window.test.open.main?.recommend({ signal: AbortSignal.abort() }),
      ),
    ).rejects.toMatchObject({ code: 'aborted', name: 'AbortError' });
  });
});
