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

  test('erasing leaves nothing: no database, cache, cookie, worker, file or stored word', async () => {
    const left = await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      await main?.record({ item: 'item-7', type: 'like' });
      await main?.edit({ mute: 'desert' });
      await main?.recommend();
      await main?.erase();
      const copies = await (await window.test.copies())?.databases();
      const files: string[] = [];
      const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
      for await (const name of (root as { keys?(): AsyncIterable<string> })?.keys?.() ?? []) {
        files.push(name);
      }
      return {
        databases: [...(await indexedDB.databases()), ...(copies ?? [])].map(({ name }) => name),
        caches: await globalThis.caches?.keys(),
        cookies: document.cookie,
        words: [localStorage.length, sessionStorage.length],
        workers: (await navigator.serviceWorker?.getRegistrations())?.length ?? 0,
        files,
      };
    });
    expect(left.databases).not.toContain(`inkling:${person}`);
    expect(left).toMatchObject({ cookies: '', words: [0, 0], workers: 0, files: [] });
    expect(left.caches ?? []).toEqual([]);
  });

  test('an erased person can be erased again, without being opened', async () => {
    await stage.browser.evaluate(async (name) => {
      const { inkling, open } = window.test;
      await open.main?.record({ item: 'item-7', type: 'like' });
      await open.main?.close();
      await inkling.Recommender.erase({ name });
      await inkling.Recommender.erase({ name });
    }, person);
    expect(await databases()).not.toContain(`inkling:${person}`);
  });

  test('what an older release has stored is taken over', async () => {
    const profile = await stage.browser.evaluate(async (name) => {
      const { inkling, sample, open } = window.test;
      await open.main?.erase();
      await open.main?.close();
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const request = indexedDB.open(`inkling:${name}`, 1);
      request.onupgradeneeded = () => {
        const options = { keyPath: 'seq', autoIncrement: true };
        request.result.createObjectStore('events', options).createIndex('item', 'item');
      };
      const db = await done(request);
      const events = db.transaction('events', 'readwrite').objectStore('events');
      await done(events.add({ item: 'item-5', type: 'like', at: 5 }));
      db.close();
      const again = await inkling.Recommender.open({ name, catalog: sample.sampleCatalogue() });
      await again.record({ item: 'item-6', type: 'view', at: 6 });
      const { items } = await again.profile();
      await again.close();
      return items;
    }, person);
    expect(profile.map(({ item }) => item)).toEqual(['item-6', 'item-5']);
  });

  test('while the disk is full events are kept in memory and count; with space they are stored', async () => {
    const told = await stage.browser.evaluate(async () => {
      const { main } = window.test.open;
      const items = async () => (await main?.profile())?.items.map(({ item }) => item);
      await main?.record({ item: 'item-1', type: 'like', at: 1 });
      const { add } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.add = () => {
        throw new DOMException('no space', 'QuotaExceededError');
      };
      await main?.record({ item: 'item-2', type: 'like', at: 2 });
      await main?.record({ item: 'item-3', type: 'like', at: 3 });
      const full = { items: await items(), info: main?.info() };
      await main?.edit({ forget: { item: 'item-2' } });
      const edited = await items();
      IDBObjectStore.prototype.add = add;
      await main?.record({ item: 'item-4', type: 'like', at: 4 });
      return { full, edited, free: { items: await items(), info: main?.info() } };
    });
    expect(told.full.items).toEqual(['item-3', 'item-2', 'item-1']);
    expect(told.full.info).toMatchObject({ events: 3, storage: { kind: 'indexeddb' } });
    expect(told.full.info?.storage.degraded).toMatch(/2 events are kept in memory.*QuotaExceeded/);
    expect(told.edited).toEqual(['item-3', 'item-1']);
    expect(told.free.items).toEqual(['item-4', 'item-3', 'item-1']);
    expect(told.free.info?.storage).toEqual({ kind: 'indexeddb' });
    await stage.visit(stage.isolated);
    await openRecommender();
    const stored = await stage.browser.evaluate(() => window.test.open.main?.profile());
    expect(stored?.items.map(({ item }) => item)).toEqual(['item-4', 'item-3', 'item-1']);
  });

  test('with encryption nothing can be read from the database, and everything works', async () => {
    const told = await stage.browser.evaluate(async (recommenderName) => {
      const { inkling, sample, open } = window.test;
      await open.main?.close();
      const name = `${recommenderName}, sealed`;
      const catalog = sample.sampleCatalogue();
      const sealed = await inkling.Recommender.open({ name, catalog, encryption: true });
      await sealed.record({ item: 'item-3', type: 'like' });
      await sealed.edit({ mute: 'desert' });
      const before = { profile: await sealed.profile(), list: await sealed.recommend({ k: 50 }) };
      const { encrypted } = sealed.info().storage;
      await sealed.close();

      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const copies = await window.test.copies();
      const rows: unknown[][] = [];
      for (const factory of copies ? [indexedDB, copies] : [indexedDB]) {
        const db = await done(factory.open(`inkling:${name}`));
        const stores = db.transaction(['events', 'meta']);
        rows.push([
          ...(await done(stores.objectStore('events').getAll())),
          ...(await done(stores.objectStore('meta').getAll())),
        ]);
        db.close();
      }
      const text = JSON.stringify(rows, (_, value) =>
        value instanceof ArrayBuffer || ArrayBuffer.isView(value)
          ? new TextDecoder('latin1').decode(value)
          : value,
      );
      const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
        'encrypt',
        'decrypt',
      ]);
      const wrong = await inkling.Recommender.open({ name, catalog, encryption: key }).then(
        () => 'opened',
        ({ code }: { code: string }) => code,
      );
      const again = await inkling.Recommender.open({ name, catalog, encryption: true });
      const after = { profile: await again.profile(), list: await again.recommend({ k: 50 }) };
      await again.erase();
      await again.close();
      return { before, after, encrypted, text, wrong, rows: rows.map(({ length }) => length) };
    }, person);
    expect(told.encrypted).toBe(true);
    expect(told.before.profile.items.map(({ item }) => item)).toEqual(['item-3']);
    expect(told.before.profile.muted).toEqual(['desert']);
    expect(told.after).toEqual(told.before);
    expect(told.wrong).toBe('storage_unavailable');
    // The event, the epoch, the topics and the key; in Chromium in two places.
    expect(told.rows).toEqual(name === 'chromium' ? [4, 4] : [4]);
    for (const word of ['item-3', 'like', 'desert']) expect(told.text).not.toContain(word);
  });

  test("another person's log that cannot be read is not begun: what was in use stays", async () => {
    const told = await stage.browser.evaluate(async (mine) => {
      const { inkling, sample, open } = window.test;
      const catalog = sample.sampleCatalogue();
      const newKey = () =>
        crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
      const [key, name] = [await newKey(), `${mine}, another`];
      const theirs = await inkling.Recommender.open({ name, catalog, encryption: key });
      await theirs.record({ item: 'item-1', type: 'like' });
      await theirs.close();
      await open.main?.close();
      const main = await inkling.Recommender.open({
        name: mine,
        catalog,
        encryption: await newKey(),
      });
      await main.record({ item: 'item-2', type: 'like' });
      const refused = await main.reload({ name, catalog }).then(
        () => 'begun',
        ({ code }: { code: string }) => code,
      );
      await main.record({ item: 'item-3', type: 'like' });
      const { items } = await main.profile();
      await main.close();
      const again = await inkling.Recommender.open({ name, catalog, encryption: key });
      const found = (await again.profile()).items;
      await again.erase();
      await again.close();
      return { refused, items: items.map(({ item }) => item), found: found.length };
    }, person);
    expect(told).toEqual({ refused: 'storage_unavailable', items: ['item-3', 'item-2'], found: 1 });
  });

  test('who is in memory stays there with another name', async () => {
    const kind = await stage.browser.evaluate(async (mine) => {
      const { inkling, sample } = window.test;
      const catalog = sample.sampleCatalogue();
      const main = await inkling.Recommender.open({ catalog, storage: 'memory' });
      await main.reload({ catalog, name: `${mine}, in memory` });
      await main.record({ item: 'item-1', type: 'like' });
      const { storage } = main.info();
      await main.close();
      return storage.kind;
    }, person);
    expect(kind).toBe('memory');
    expect(await databases()).not.toContain(`inkling:${person}, in memory`);
  });

  test('what one recommender of a name does, the other hears of', async () => {
    const heard = await stage.browser.evaluate(async (name) => {
      const { inkling, sample, open } = window.test;
      let tell: (events: number | undefined) => void = () => {};
      const catalog = sample.sampleCatalogue();
      const other = await inkling.Recommender.open({
        name,
        catalog,
        onChange: () => tell(other.info().events),
      });
      const next = (act: () => Promise<unknown> | undefined) =>
        new Promise<number | string | undefined>((resolve) => {
          tell = resolve;
          setTimeout(resolve, 5000, 'nothing heard');
          void act();
        });
      const told = [
        await next(() => open.main?.record({ item: 'item-6', type: 'like' })),
        await next(() => open.main?.edit({ mute: 'desert' })),
        (await other.profile()).muted,
        await next(() => open.main?.erase()),
      ];
      await other.close();
      return told;
    }, person);
    expect(heard).toEqual([1, 1, ['desert'], 0]);
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
