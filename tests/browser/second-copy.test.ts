import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { launchChromium } from './chromium.js';
import { damageDatabases } from './damage.js';
import { startTestSite } from './test-site.js';

/** Chromium empties all databases of a folder in which a file is damaged, as some kills leave one. */
describe('of a database that is damaged on the disk', () => {
  test.each(['IndexedDB', 'WebStorage'] as const)(
    'nothing is missing in Chromium when that was in %s',
    async (place) => {
      const profile = await mkdtemp(join(tmpdir(), 'inkling-chromium-'));
      const site = await startTestSite();
      const visit = async <T>(work: () => Promise<T>): Promise<T> => {
        const browser = await launchChromium(profile);
        try {
          await browser.open(`${site.origin}/index.html`);
          return await browser.evaluate(work);
        } finally {
          await browser.close();
        }
      };
      try {
        await visit(async () => {
          const { inkling, sample } = window.test;
          const open = () =>
            inkling.Recommender.open({ catalog: sample.sampleCatalogue(), encryption: true });
          const main = await open();
          for (const item of ['item-1', 'item-2', 'item-3'])
            await main.record({ item, type: 'like' });
          await main.edit({ forget: { item: 'item-2' }, mute: 'desert' });
          await main.close();
        });
        expect(await damageDatabases(profile, place)).toBeGreaterThan(0);
        const look = () =>
          visit(async () => {
            const { inkling, sample } = window.test;
            const main = await inkling.Recommender.open({
              catalog: sample.sampleCatalogue(),
              encryption: true,
            });
            const { events } = main.info();
            await main.record({ item: 'item-4', type: 'like' });
            const { items, muted } = await main.profile();
            const found = { events, items: items.map(({ item }) => item), muted };
            await main.close();
            return found;
          });
        expect(await look()).toEqual({
          events: 2,
          items: ['item-4', 'item-3', 'item-1'],
          muted: ['desert'],
        });
        // The copy that was lost, or is older than what was given back from it, is one again.
        await damageDatabases(profile, 'IndexedDB');
        expect(await look()).toMatchObject({ events: 3, muted: ['desert'] });
        const left = await visit(async () => {
          await window.test.inkling.Recommender.erase();
          return [await indexedDB.databases(), await (await window.test.copies())?.databases()];
        });
        expect(left).toEqual([[], []]);
      } finally {
        await site.close();
        await rm(profile, { recursive: true, force: true });
      }
    },
  );
});
