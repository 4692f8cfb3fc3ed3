import { describe, expect, test } from 'vitest';
import type { BrowserName } from './browser.js';
import { setStage } from './stage.js';

const EVENTS = 100_000;
/** From open() to the first list; medians of so many openings. */
const OPENINGS = 3;
const SNAPSHOT_LIMIT_MS = 300;
const REPLAY_LIMIT_MS = 2000;

describe.each<BrowserName>(['chromium', 'firefox'])('in %s', (name) => {
  const stage = setStage(name);

  /** Opens as on a new page, asks for a list, and tells how long both took together. */
  const open = async () => {
    await stage.visit(stage.isolated);
    return stage.browser.evaluate(async () => {
      const { inkling, sample, open } = window.test;
      const catalog = sample.sampleCatalogue(10_000);
      const start = performance.now();
      open.main = await inkling.Recommender.open({ name: 'large log', catalog });
      const list = await open.main.recommend({ k: 20 });
      return { ms: performance.now() - start, list, events: open.main.info().events };
    });
  };

  const inMeta = (key: string) =>
    stage.browser.evaluate(async (wanted) => {
      const result = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const db = await result(indexedDB.open('inkling:large log'));
      const value = await result(db.transaction('meta').objectStore('meta').get(wanted));
      db.close();
      return value !== undefined;
    }, key);

  test(`a log of ${EVENTS} events opens from its snapshot in ${SNAPSHOT_LIMIT_MS} ms, without one in ${REPLAY_LIMIT_MS} ms`, async () => {
    await open();
    await stage.browser.evaluate(async (count) => {
      // Of as many items, so that nothing is outdone and taken out; a tenth of them are in the catalogue.
      const events = Array.from({ length: count }, (_, n) => ({
        item: `item-${n}`,
        type: (['view', 'like', 'click'] as const)[n % 3] as 'like',
        at: 1_700_000_000_000 + n,
      }));
      await window.test.open.main?.record(events);
      await window.test.open.main?.close();
    }, EVENTS);

    const median = (all: { ms: number }[]) =>
      all.map(({ ms }) => ms).sort((a, b) => a - b)[OPENINGS >> 1] as number;
    const replayed = [];
    for (let n = 0; n < OPENINGS; n++) {
      replayed.push(await open());
      await stage.browser.evaluate(() => window.test.open.main?.close());
      expect(await inMeta('snapshot'), 'a snapshot was made before it could be').toBe(false);
    }
    await open();
    await expect.poll(() => inMeta('snapshot'), { timeout: 20_000 }).toBe(true);
    const fromSnapshot = [];
    for (let n = 0; n < OPENINGS; n++) fromSnapshot.push(await open());

    for (const { list, events } of [...replayed, ...fromSnapshot]) {
      expect(events).toBe(EVENTS);
      expect(list).toEqual(replayed[0]?.list);
    }
    console.log(
      `${name}: ${EVENTS} events, first list after ${median(fromSnapshot).toFixed(0)} ms from the snapshot, ` +
        `${median(replayed).toFixed(0)} ms by replay`,
    );
    expect(median(fromSnapshot)).toBeLessThan(SNAPSHOT_LIMIT_MS);
    expect(median(replayed)).toBeLessThan(REPLAY_LIMIT_MS);
  }, 120_000);
});
