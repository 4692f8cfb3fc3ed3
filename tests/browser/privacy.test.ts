import { describe, expect, test } from 'vitest';
import { BROWSERS } from './browser.js';
import type { Chromium } from './chromium.js';
import { setStage } from './stage.js';

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  test.each(['isolated', 'plain'] as const)(
    'after open() a whole session on a page that is %s asks the network for nothing',
    async (kind) => {
      const site = stage[kind];
      await stage.visit(site);
      await stage.browser.evaluate(async () => {
        const { inkling, sample, open } = window.test;
        open.main = await inkling.Recommender.open({ catalog: sample.sampleCatalogue() });
      });
      const loaded = site.requests.map(({ path }) => path);
      expect(loaded).toContain('/dist/worker.js');
      expect(loaded.some((path) => path.endsWith('.wasm'))).toBe(true);
      site.forgetRequests();
      const heardByDriver = listen(stage.browser);

      const heardByPage = await stage.browser.evaluate(async () => {
        const { sample, open } = window.test;
        const { main } = open;
        const heard: string[] = [];
        const observer = new PerformanceObserver((entries) => {
          heard.push(...entries.getEntries().map((entry) => entry.name));
        });
        observer.observe({ type: 'resource' });

        await main?.record({ item: 'item-3', type: 'like' });
        await main?.record([{ item: 'item-4', type: 'rate', value: 1 }]);
        await main?.recommend({ k: 20 });
        await main?.recommend({ query: 'a story from the sea' });
        await main?.similar('item-9');
        await main?.profile();
        const interactions = sample.sampleInteractions();
        await main?.evaluate({ interactions });
        await main?.train(interactions);
        await main?.recommend({ k: 20 });
        await main?.reload({ catalog: sample.sampleCatalogue(150) });
        await main?.edit({ forget: { item: 'item-4' } });
        await main?.exportData();
        await main?.erase();
        await main?.record({ item: 'item-5', type: 'like' });
        await main?.close();
        // Time for anything late.
        await new Promise((resolve) => setTimeout(resolve, 300));
        observer.disconnect();
        return heard;
      });
      expect(withoutIcon(heardByPage)).toEqual([]);
      expect(withoutIcon(site.requests.map(({ path }) => path))).toEqual([]);
      expect(heardByDriver()).toEqual([]);
      await stage.expectNoProblems();
    },
  );

  test('a request would be noticed by the server, the page and the driver', async () => {
    const site = stage.isolated;
    await stage.visit(site);
    site.forgetRequests();
    const heardByDriver = listen(stage.browser);
    const heardByPage = await stage.browser.evaluate(async () => {
      const heard: string[] = [];
      new PerformanceObserver((entries) => {
        heard.push(...entries.getEntries().map((entry) => entry.name));
      }).observe({ type: 'resource' });
      await (await fetch('/index.html?what-a-person-likes')).text();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return heard;
    });
    expect(withoutIcon(heardByPage)).toEqual([expect.stringContaining('/index.html')]);
    expect(site.requests.map(({ path }) => path)).toContain('/index.html');
    if (name === 'chromium') {
      expect(heardByDriver()).toEqual([expect.stringContaining('/index.html')]);
    }
  });
});

/** The icon is the browser's own idea, at a time of its own. */
function withoutIcon(addresses: string[]): string[] {
  return addresses.filter((address) => !address.endsWith('/favicon.ico'));
}

/** All requests that the driver sees from now on, those of workers too. Only Chromium's can tell. */
function listen(browser: { name: string }): () => string[] {
  const heard: string[] = [];
  if (browser.name === 'chromium') {
    const { page } = browser as Chromium;
    page.context().on('request', (request) => heard.push(request.url()));
  }
  return () => withoutIcon(heard);
}
