import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSERS, type BrowserName } from './browser.js';
import { launchLoggedChromium } from './net-log.js';
import { TRIES } from './page/tries.js';
import type {} from './page/ways-out.js';
import type {} from './page/whole-session.js';
import type { StaticServer } from './server.js';
import { type Stage, setStage } from './stage.js';
import { startTestSite } from './test-site.js';
import { addSealedPage, addWatch, nowhere, REPORTS } from './watched-site.js';

/** What a whole session does at least. */
const STEPS = [
  ...['record', 'recommend', 'query', 'similar', 'profile', 'evaluate', 'train', 'reload'],
  ...['edit', 'exportData', 'erase', 'close'],
];

/** Ways that the server notices in every engine. */
const REACH_THE_SERVER = [
  ...['fetch', 'XMLHttpRequest', 'sendBeacon', 'EventSource', 'WebSocket', 'import()', 'Worker'],
  ...['an image that is in no document', 'an image of a style', 'another page', 'a form'],
];

/** Ways that an engine does not have, in the versions that the tests run in: these say so when that changes. */
const NOT_OFFERED: Record<BrowserName, string[]> = {
  chromium: [],
  firefox: ['fetchLater'],
  webkit: [
    'ICE candidate',
    'RTCPeerConnection',
    'WebTransport',
    'WebTransport in workers',
    'fetchLater',
  ],
};

const tries = (where: 'page' | 'worker') =>
  Object.entries(TRIES).filter(([, way]) => way.where.includes(where));

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  beforeAll(() => Promise.all([addWatch(stage.isolated), addWatch(stage.plain)]));

  test.each(['isolated', 'plain'] as const)(
    'after open() a whole session on a page that is %s uses no way out, in the page or its workers',
    async (kind) => {
      const site = stage[kind];
      await openWatched(stage, site);
      const loading = await stage.browser.evaluate(() => {
        const { uses, scopes } = window.watch;
        const workers = uses.filter(({ way }) => way === 'Worker').length;
        return { workers, scopes, ways: [...new Set(uses.map(({ way }) => way))] };
      });
      // Each worker that the page has started counts, and the counters have heard the loading.
      expect(loading.workers).toBeGreaterThanOrEqual(1);
      expect(loading.scopes).toHaveLength(1 + loading.workers);
      expect(loading.ways).toEqual(expect.arrayContaining(['Worker', 'fetch', 'resource']));
      const loaded = site.requests.map(({ path }) => path);
      expect(loaded).toContain('/dist/worker.js');
      expect(loaded.some((path) => path.endsWith('.wasm'))).toBe(true);
      site.forgetRequests();

      const { done, uses } = await stage.browser.evaluate(async () => {
        window.watch.forget();
        const done = await window.wholeSession(window.test.open.main as never);
        return { done, uses: window.watch.uses };
      });
      expect(done).toEqual(expect.arrayContaining(STEPS));
      expect(uses).toEqual([]);
      expect(asked(site)).toEqual([]);
      await stage.expectNoProblems();
    },
  );

  describe('a way out that is used is noticed', () => {
    const notOffered: string[] = [];

    beforeAll(() => openWatched(stage, stage.isolated));

    afterAll(() => expect(notOffered.sort()).toEqual(NOT_OFFERED[name]));

    test.each(tries('page'))('in the page: %s', async (way, { noticedAs = way }) => {
      const { outcome, ways } = await use(stage, 'page', way, noticedAs);
      if (outcome === 'not offered') notOffered.push(way);
      else expect(ways).toContain(noticedAs);
    });

    test('the server hears of them, too', async () => {
      const heard = () => asked(stage.isolated).map((path) => path.replace('/nothing/', ''));
      await expect.poll(heard).toEqual(expect.arrayContaining(REACH_THE_SERVER));
    });

    test.each(tries('worker'))("in the engine's worker: %s", async (way, { noticedAs = way }) => {
      const { outcome, ways } = await use(stage, 'worker', way, noticedAs);
      if (outcome === 'not offered') notOffered.push(`${way} in workers`);
      else expect(ways).toContain(noticedAs);
    });
  });

  describe('where the browser itself refuses every request', () => {
    let sealed: StaticServer;

    beforeAll(async () => {
      sealed = await startTestSite({ isolated: false });
      await addSealedPage(sealed);
    });

    afterAll(() => sealed?.close());

    test('a recommender that is given bytes opens, trains, and does all the rest', async () => {
      sealed.forgetRequests();
      await stage.visit(sealed, 'sealed.html');
      await stage.browser.evaluate(async () => {
        const { inkling, sample, open } = window.test;
        const { wasm: wasmBinary } = window;
        const catalog = sample.sampleCatalogue();
        // A model from bytes first, then without one for the whole session, in which a model is trained.
        const trainer = await inkling.Recommender.open({ catalog, wasmBinary, variant: 'simd' });
        const { modelFile: model } = await trainer.train(sample.sampleInteractions());
        await trainer.close();
        const served = await inkling.Recommender.open({
          model,
          catalog,
          wasmBinary,
          variant: 'simd',
        });
        const [first] = await served.recommend();
        await served.close();
        if (!first) throw new Error('the model from bytes gives no list');
        open.main = await inkling.Recommender.open({ catalog, wasmBinary, variant: 'simd' });
      });
      const loaded = asked(sealed);
      const done = await stage.browser.evaluate(() => {
        window.seal();
        return window.wholeSession(window.test.open.main as never);
      });
      expect(done).toEqual(expect.arrayContaining(STEPS));
      // Nothing was sent, and nothing was refused, not even while loading.
      expect(asked(sealed)).toEqual(loaded);
      expect(loaded).not.toContain(REPORTS);
      const problems = await stage.browser.evaluate(() => window.test.problems);
      const heard = [...problems, ...stage.browser.problems()];
      expect(heard.filter((text) => !text.includes('/favicon.ico'))).toEqual([]);
    });

    test('what its workers try to send is refused', async () => {
      await stage.visit(sealed, 'sealed.html');
      const names = ['fetch', 'XMLHttpRequest', 'EventSource', 'WebSocket', 'import()'];
      const heardOf = async (script: string) => {
        sealed.forgetRequests();
        await stage.browser.evaluate(
          async (script, names) => {
            const worker = new Worker(script, { type: 'module' });
            worker.postMessage(names);
            await new Promise((resolve, reject) => {
              worker.onmessage = resolve;
              worker.onerror = () => reject(new Error('the worker did not start'));
            });
            await new Promise((resolve) => setTimeout(resolve, 200));
          },
          script,
          names,
        );
        return names.filter((way) => asked(sealed).includes(`/nothing/${way}`));
      };
      expect(await heardOf('/open-tries.js')).toEqual(names);
      expect(await heardOf('/sealed-tries.js')).toEqual([]);
    });

    test('what the page tries to send is refused, by an event that tells', async () => {
      await stage.visit(sealed, 'sealed.html');
      sealed.forgetRequests();
      const refused = await stage.browser.evaluate(async () => {
        const heard: string[] = [];
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          heard.push(effectiveDirective);
        });
        window.seal();
        const address = '/nothing/sealed';
        await fetch(address).catch(() => {});
        navigator.sendBeacon(address, 'x');
        new Image().src = address;
        const script = document.createElement('script');
        script.src = address;
        document.head.append(script);
        try {
          new Worker(address);
        } catch {
          // Some browsers refuse at once, others by the event.
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
        return heard;
      });
      const directives = ['connect-src', 'img-src', 'script-src-elem', 'worker-src'];
      expect(refused).toEqual(expect.arrayContaining(directives));
      expect(asked(sealed).filter((path) => path !== REPORTS)).toEqual([]);
    });
  });
});

describe("by Chromium's own journal of the network", () => {
  test('a whole session asks for nothing; what pages and workers ask for is in it', async () => {
    const site = await startTestSite();
    await addWatch(site);
    const browser = await launchLoggedChromium();
    try {
      await browser.open(`${site.origin}/watched.html`);
      await browser.evaluate(async () => {
        while (!window.test) await new Promise((resolve) => setTimeout(resolve, 10));
        const { inkling, sample } = window.test;
        const given = { catalog: sample.sampleCatalogue(), workerUrl: '/watched-worker.js' };
        const main = await inkling.Recommender.open(given);
        await fetch('/nothing/start');
        await window.wholeSession(main);
        await fetch('/nothing/end');
        await inkling.Recommender.open(given);
        await new Promise((resolve) => setTimeout(resolve, 200));
        window.watch.scopes.splice(1, window.watch.scopes.length / 2);
        const { origin } = location;
        await window.watch.use('worker', 'fetch', `${origin}/nothing/fetch`);
        await window.watch.use('page', 'sendBeacon', `${origin}/nothing/sendBeacon`);
        await window.watch.use('page', 'WebSocket', `${origin}/nothing/WebSocket`);
        await window.watch.use('page', 'an image of a style', `${origin}/nothing/image`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      });
      const asked = (await browser.finish(site.origin)).map((address) => {
        return address.replace(/^\w+:\/\/[^/]*/, '');
      });
      expect(asked).toContain('/dist/worker.js');
      const start = asked.indexOf('/nothing/start');
      expect(start).toBeGreaterThan(0);
      expect(asked[start + 1]).toBe('/nothing/end');
      expect(asked.slice(start + 2)).toEqual(
        expect.arrayContaining(
          ['fetch', 'sendBeacon', 'WebSocket', 'image'].map((way) => `/nothing/${way}`),
        ),
      );
    } finally {
      await browser.close();
      await site.close();
    }
  });
});

declare global {
  interface Window {
    /** In the sealed page: the wasm file, which came with its scripts. */
    wasm: Uint8Array;
    /** From then on the sealed page may load nothing at all, neither scripts nor workers. */
    seal(): void;
  }
}

/** Paths that the server was asked for. The icon is the browser's own idea, at a time of its own. */
function asked({ requests }: StaticServer): string[] {
  return requests.map(({ path }) => path).filter((path) => path !== '/favicon.ico');
}

/** A recommender is open as `window.test.open.main`, in workers that count. */
async function openWatched(stage: Stage, site: StaticServer): Promise<void> {
  await stage.visit(site, 'watched.html');
  await stage.browser.evaluate(async () => {
    const { inkling, sample, open } = window.test;
    open.main = await inkling.Recommender.open({
      catalog: sample.sampleCatalogue(),
      workerUrl: '/watched-worker.js',
    });
    // What is noted of the loading arrives a little later.
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
}

/** Uses a way out once, and waits for a while until it has been noticed. */
function use(stage: Stage, where: 'page' | 'worker', way: string, noticedAs: string) {
  const address = stage.isolated.origin + nowhere(way);
  return stage.browser.evaluate(
    async (...[where, way, noticedAs, address]) => {
      const { watch } = window;
      watch.forget();
      const noticed = () =>
        watch.uses
          .filter((use) => use.scope.startsWith(where))
          .filter((use) => use.way !== 'resource' || use.address === address)
          .map((use) => use.way);
      const outcome = await watch.use(where, way, address);
      const deadline = performance.now() + 2000;
      while (outcome === 'used' && !noticed().includes(noticedAs) && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return { outcome, ways: noticed() };
    },
    where,
    way,
    noticedAs,
    address,
  );
}
