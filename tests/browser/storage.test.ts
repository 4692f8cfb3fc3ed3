import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BROWSERS } from './browser.js';
import { launchChromium } from './chromium.js';
import { launchFirefox } from './firefox.js';
import { setStage } from './stage.js';
import { startTestSite } from './test-site.js';

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);
  let person = '';
  let tests = 0;

  /** Opens a recommender of this test's person as `window.test.open.main`. */
  const openRecommender = () =>
    stage.browser.evaluate(async (recommenderName) => {
      const { inkling, sample, open } = window.test;
      open.main = await inkling.Recommender.open({
        name: recommenderName,
        catalog: sample.sampleCatalogue(),
      });
    }, person);

  const databases = () =>
    stage.browser.evaluate(async () => (await indexedDB.databases()).map((each) => each.name));

  beforeEach(async () => {
    person = `person ${tests++}`;
    await stage.visit(stage.isolated);
    await openRecommender();
  });

  afterEach(() => stage.expectNoProblems());

  test('events survive a reload, with their time and their value', async () => {
    await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      await main?.record({ item: 'item-3', type: 'rate', value: 4.5, at: 1_700_000_000_000 });
      await main?.record([
        { item: 'item-8', type: 'like', at: 1_700_000_001_000 },
        { item: 'not in the catalogue', type: 'view', at: 1_700_000_002_000 },
      ]);
    });
    // Without close(): the page simply goes away.
    await stage.visit(stage.isolated);
    await openRecommender();
    const { info, profile, list, exported } = await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      return {
        info: main?.info(),
        profile: await main?.profile(),
        list: await main?.recommend({ k: 1000 }),
        exported: JSON.parse((await (await main?.exportData())?.text()) ?? '') as unknown,
      };
    });
    expect(info).toMatchObject({ events: 3, storage: { kind: 'indexeddb' } });
    expect(profile?.items.map(({ item }) => item)).toEqual([
      'not in the catalogue',
      'item-8',
      'item-3',
    ]);
    expect(list?.[0]?.source).toBe('tf_idf');
    expect(list?.map(({ item }) => item)).not.toContain('item-3');
    expect(exported).toEqual({
      format: 'inkling-events',
      version: 2,
      muted: [],
      preferred: [],
      events: [
        { item: 'item-3', type: 'rate', value: 4.5, at: 1_700_000_000_000 },
        { item: 'item-8', type: 'like', at: 1_700_000_001_000 },
        { item: 'not in the catalogue', type: 'view', at: 1_700_000_002_000 },
      ],
    });
  });

  test('forgetting an item takes back all that followed from it, after a reload too', async () => {
    const lists = await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      await main?.record({ item: 'item-1', type: 'like' });
      const before = await main?.recommend({ k: 10 });
      await main?.record([
        { item: 'item-50', type: 'view' },
        { item: 'item-50', type: 'like' },
      ]);
      const liked = await main?.recommend({ k: 10 });
      await main?.edit({ forget: { item: 'item-50' } });
      return { before, liked, forgotten: await main?.recommend({ k: 10 }) };
    });
    expect(lists.liked).not.toEqual(lists.before);
    expect(lists.forgotten).toEqual(lists.before);
    await stage.visit(stage.isolated);
    await openRecommender();
    const [profile, list] = await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      return [await main?.profile(), await main?.recommend({ k: 10 })] as const;
    });
    expect(profile?.items.map(({ item }) => item)).toEqual(['item-1']);
    expect(list).toEqual(lists.before);
  });

  test('erasing leaves no database, and the recommender goes on as if new', async () => {
    const [cold, erased] = await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      const first = await main?.recommend();
      await main?.record({ item: 'item-7', type: 'like' });
      await main?.erase();
      return [first, await main?.recommend()] as const;
    });
    expect(erased).toEqual(cold);
    expect(await databases()).not.toContain(`inkling:${person}`);

    const again = await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      const noEvents = main?.info().events;
      await main?.record({ item: 'item-9', type: 'like' });
      const list = await main?.recommend({ k: 1000 });
      return { noEvents, profile: await main?.profile(), first: list?.[0], info: main?.info() };
    });
    expect(again.noEvents).toBe(0);
    expect(again.profile?.items.map(({ item }) => item)).toEqual(['item-9']);
    expect(again.first?.source).toBe('tf_idf');
    expect(again.info).toMatchObject({ events: 1, storage: { kind: 'indexeddb' } });
    expect(await databases()).toContain(`inkling:${person}`);
  });

  test('erasing and closing leaves no database', async () => {
    await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      await main?.record({ item: 'item-7', type: 'like' });
      await main?.erase();
      await main?.close();
    });
    expect(await databases()).not.toContain(`inkling:${person}`);
  });

  test('a closed recommender is in the way of nobody, visit after visit', async () => {
    // In WebKit a worker that is ended too early leaves its database open: erasing then never ends.
    for (let n = 0; n < 8; n++) {
      await stage.visit(stage.isolated);
      await openRecommender();
      await stage.browser.evaluate(async () => {
        const { main } = window.test.open;
        await main?.erase();
        await main?.record({ item: 'item-3', type: 'like' });
        await main?.recommend();
        await main?.close();
      });
    }
  });

  test('two recommenders of one name share events; erasing one does not break the other', async () => {
    const seen = await stage.browser.evaluate(async (recommenderName) => {
      const { inkling, sample, open } = window.test;
      const other = await inkling.Recommender.open({
        name: recommenderName,
        catalog: sample.sampleCatalogue(),
      });
      await open.main?.record({ item: 'item-6', type: 'like' });
      const shared = await other.profile();
      await open.main?.erase();
      const erased = await other.profile();
      await other.record({ item: 'item-2', type: 'like' });
      const afterwards = await other.profile();
      await other.close();
      return [shared, erased, afterwards].map(({ items }) => items.map(({ item }) => item));
    }, person);
    expect(seen).toEqual([['item-6'], [], ['item-2']]);
  });

  test('where storage is denied, everything works in memory and info() says so', async () => {
    await stage.visit(stage.isolated, 'storage-denied.html');
    await openRecommender();
    const { info, list, profile } = await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      await main?.record({ item: 'item-3', type: 'like' });
      return { info: main?.info(), list: await main?.recommend(), profile: await main?.profile() };
    });
    expect(info?.storage.kind).toBe('memory');
    expect(info?.storage.degraded).toMatch(/kept in memory.*SecurityError.*allow it/);
    expect(info?.events).toBe(1);
    expect(list?.[0]?.source).toBe('tf_idf');
    expect(profile?.events).toBe(1);
  });
});

/** The same without any stub: the browser's own settings block cookies and with them all storage. */
describe('with all cookies blocked', () => {
  const visit = async (browser: Awaited<ReturnType<typeof launchFirefox>>) => {
    const site = await startTestSite();
    try {
      await browser.open(`${site.origin}/index.html`);
      return await browser.evaluate(async () => {
        const { inkling, sample } = window.test;
        const recommender = await inkling.Recommender.open({ catalog: sample.sampleCatalogue() });
        await recommender.record({ item: 'item-3', type: 'like' });
        const [first] = await recommender.recommend();
        const info = recommender.info();
        await recommender.close();
        return { info, first };
      });
    } finally {
      await browser.close();
      await site.close();
    }
  };

  test('Chromium recommends from memory and says why', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'inkling-chromium-'));
    try {
      await mkdir(join(profile, 'Default'));
      const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
      await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(settings));
      const { info, first } = await visit(await launchChromium(profile));
      expect(info).toMatchObject({ events: 1, storage: { kind: 'memory' } });
      expect(info.storage.degraded).toMatch(/kept in memory/);
      expect(first?.source).toBe('tf_idf');
    } finally {
      await rm(profile, { recursive: true, force: true });
    }
  });

  test('Firefox recommends from memory and says why', async () => {
    const settings = { 'network.cookie.cookieBehavior': 2 };
    const { info, first } = await visit(await launchFirefox(settings));
    expect(info).toMatchObject({ events: 1, storage: { kind: 'memory' } });
    expect(info.storage.degraded).toMatch(/kept in memory/);
    expect(first?.source).toBe('tf_idf');
  });
});
