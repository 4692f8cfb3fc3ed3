import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BROWSERS } from './browser.js';
import { DIST } from './places.js';
import { topicOf } from './sample-data.js';
import { setStage } from './stage.js';

const THREADS = Math.min(4, availableParallelism());

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);
  // WebKitGTK has no SharedArrayBuffer, whatever the headers say.
  const canThread = name !== 'webkit' && THREADS > 1;

  describe.each(['isolated', 'plain'] as const)('on a page that is %s', (kind) => {
    beforeEach(async () => {
      await stage.visit(stage[kind]);
      await stage.browser.evaluate(async () => {
        const { inkling, sample, open } = window.test;
        open.main = await inkling.Recommender.open({
          catalog: sample.sampleCatalogue(),
          storage: 'memory',
        });
      });
    });

    afterEach(async () => {
      await stage.expectNoProblems();
      await stage.browser.evaluate(() => window.test.open.main?.close());
    });

    test('info() names the variant that fits this page, and says why it is no faster one', async () => {
      const info = await stage.browser.evaluate(() => window.test.open.main?.info());
      const why = info?.why.join(' ');
      if (kind === 'isolated' && canThread) {
        expect(info).toMatchObject({ variant: 'relaxed-threads', threads: THREADS, why: [] });
      } else {
        expect(info).toMatchObject({ variant: 'simd', threads: 1 });
        expect(why).toMatch(
          kind === 'plain' || name === 'webkit' ? /SharedArrayBuffer/ : /one processor/i,
        );
        expect(why).toContain('Cross-Origin-Opener-Policy: same-origin');
      }
      expect(info?.items).toBe(200);
      expect(info?.bytes.wasm).toBeGreaterThan(50_000);
      expect(info?.storage).toEqual({ kind: 'memory' });
    });

    test('a list has k items, best first, none twice, none that was met', async () => {
      const { list, all } = await stage.browser.evaluate(async () => {
        const { main } = window.test.open;
        await main?.record([
          { item: 'item-3', type: 'like' },
          { item: 'item-8', type: 'view' },
          { item: 'item-13', type: 'dislike' },
        ]);
        return { list: await main?.recommend({ k: 17 }), all: await main?.recommend({ k: 1000 }) };
      });
      expect(list).toHaveLength(17);
      expect(all).toHaveLength(197);
      for (const each of [list ?? [], all ?? []]) {
        const ids = each.map(({ item }) => item);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).not.toContain('item-3');
        expect(ids).not.toContain('item-8');
        expect(ids).not.toContain('item-13');
      }
      expect(all?.slice(0, 17)).toEqual(list);
      // Scores are comparable within a source; a better source comes first.
      for (const [place, { score, source }] of (all ?? []).entries()) {
        const before = all?.[place - 1];
        if (before?.source === source) expect(score).toBeLessThanOrEqual(before.score);
      }
    });

    test('every recommendation says its source, and its reasons sum to its score', async () => {
      const lists = await stage.browser.evaluate(async () => {
        const { main } = window.test.open;
        const cold = await main?.recommend({ k: 5 });
        await main?.record({ item: 'item-4', type: 'like' });
        await main?.record({ item: 'item-9', type: 'rate', value: 4 });
        const content = await main?.recommend({ k: 20 });
        const query = await main?.recommend({ k: 5, query: 'desert' });
        const interactions = window.test.sample.sampleInteractions({ users: 400, each: 20 });
        await main?.train(interactions, { settings: { numFactors: 8 } });
        return { cold, content, query, trained: await main?.recommend({ k: 20 }) };
      });
      const sources = Object.entries(lists).map(([list, ranked]) => [list, ranked?.[0]?.source]);
      expect(Object.fromEntries(sources)).toEqual({
        cold: 'popularity',
        content: 'tf_idf',
        query: 'query',
        trained: 'ials',
      });
      for (const { score, reasons } of Object.values(lists).flatMap((list) => list ?? [])) {
        const sum = reasons.reduce((total, { contribution }) => total + contribution, 0);
        expect(reasons.length).toBeGreaterThan(0);
        expect(sum).toBeCloseTo(score, 4);
      }
      // Both likes are of the topic "city": so is what is like them.
      const sameTopic = (list: { item: string }[] = []) =>
        list.slice(0, 10).filter(({ item }) => topicOf(item) === 4).length;
      expect(sameTopic(lists.content)).toBe(10);
      expect(sameTopic(lists.trained)).toBeGreaterThanOrEqual(8);
      expect(lists.content?.[0]?.reasons[0]).toMatchObject({ kind: 'event' });
      expect(lists.query?.every(({ item }) => topicOf(item) === 1)).toBe(true);
    });

    test('similar() gives neighbours of the item and not the item', async () => {
      const list = await stage.browser.evaluate(() =>
        window.test.open.main?.similar('item-2', { k: 8 }),
      );
      expect(list).toHaveLength(8);
      expect(list?.map(({ item }) => item)).not.toContain('item-2');
      expect(list?.map(({ item }) => topicOf(item))).toEqual(Array(8).fill(2));
    });

    test('profile() tells events and interests', async () => {
      const profile = await stage.browser.evaluate(async () => {
        await window.test.open.main?.record({
          item: 'item-0',
          type: 'like',
          at: 1_700_000_000_000,
        });
        return window.test.open.main?.profile();
      });
      expect(profile).toMatchObject({
        events: 1,
        items: [{ item: 'item-0', type: 'like', at: 1_700_000_000_000 }],
      });
      expect(profile?.interests).toContainEqual(
        expect.objectContaining({ term: 'ocean', kind: 'tag' }),
      );
    });

    test('a trained model finds much more than popularity does', async () => {
      const [ials, popularity, model] = await stage.browser.evaluate(async () => {
        const { main } = window.test.open;
        const interactions = window.test.sample.sampleInteractions({ users: 400, each: 20 });
        const asked = { interactions, split: 'random', metrics: ['recall@20'], seed: 1 } as const;
        await main?.train(interactions);
        return [
          await main?.evaluate({ ...asked, model: 'ials' }),
          await main?.evaluate({ ...asked, model: 'popularity' }),
          main?.info().model,
        ];
      });
      expect(model).toMatchObject({ name: 'ials', items: 200 });
      expect(popularity?.metrics['recall@20']).toBeGreaterThan(0.05);
      expect(ials?.metrics['recall@20']).toBeGreaterThan(
        2 * (popularity?.metrics['recall@20'] ?? 1),
      );
    });

    test('a model file made here can be opened again and gives the same list', async () => {
      const [trained, opened] = await stage.browser.evaluate(async () => {
        const { inkling, sample, open } = window.test;
        const { modelFile } = (await open.main?.train(sample.sampleInteractions())) ?? {};
        const again = await inkling.Recommender.open({
          catalog: sample.sampleCatalogue(),
          model: new Blob([modelFile as Uint8Array<ArrayBuffer>]),
          storage: 'memory',
        });
        await open.main?.record({ item: 'item-5', type: 'like' });
        await again.record({ item: 'item-5', type: 'like' });
        const lists = [await open.main?.recommend(), await again.recommend()];
        await again.close();
        return lists;
      });
      expect(trained?.[0]?.source).toBe('ials');
      expect(opened).toEqual(trained);
    });

    test('close() twice is fine, and later calls are refused with the code "closed"', async () => {
      await stage.browser.evaluate(async () => {
        await window.test.open.main?.close();
        await window.test.open.main?.close();
      });
      await expect(
        stage.browser.evaluate(() => window.test.open.main?.recommend()),
      ).rejects.toMatchObject({ code: 'closed', name: 'InklingError' });
    });
  });

  test.runIf(canThread)('no worker starts a worker, in which Firefox may hang', async () => {
    const refuse = 'self.Worker = class { constructor() { throw new Error("not here") } };\n';
    for (const name of ['worker.js', 'worker-training.js']) {
      const script = readFileSync(join(DIST, name), 'utf8');
      stage.isolated.override(`/dist/${name}`, { body: refuse + script });
    }
    try {
      await stage.visit(stage.isolated);
      const threads = await stage.browser.evaluate(async () => {
        const { inkling, sample } = window.test;
        const main = await inkling.Recommender.open({ threads: 3, storage: 'memory' });
        await main.train(sample.sampleInteractions());
        const { threads } = main.info();
        await main.close();
        return threads;
      });
      expect(threads).toBe(3);
    } finally {
      stage.isolated.restore();
    }
  });

  test('the policy is in force, and a violation would be heard', async () => {
    await stage.visit(stage.isolated);
    const problems = await stage.browser.evaluate(async () => {
      const image = new Image();
      image.src = 'https://elsewhere.invalid/x.png';
      await new Promise((resolve) => {
        image.onerror = resolve;
      });
      return window.test.problems;
    });
    expect(problems).toEqual([expect.stringMatching(/^policy: img-src /)]);
  });
});
