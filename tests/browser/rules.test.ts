import { describe, expect, test } from 'vitest';
import { BROWSERS } from './browser.js';
import { topicOf } from './sample-data.js';
import { setStage } from './stage.js';

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  test('rules, queries that deny and impressions make a list what it should be, also after the page was left', async () => {
    await stage.visit(stage.plain);
    const lists = await stage.browser.evaluate(async () => {
      const { inkling, sample } = window.test;
      const catalog = sample
        .sampleCatalogue()
        .map((item, n) => ({ ...item, year: 1900 + (n % 100), ...(n === 77 && { pick: 1 }) }));
      const open = () => inkling.Recommender.open({ catalog, name: 'rules' });
      const first = await open();
      const picked = await first.recommend({ k: 2 });
      const interactions = sample.sampleInteractions({ users: 400, each: 20 });
      const { modelFile } = await first.train(interactions, { settings: { numFactors: 8 } });
      await first.record({ item: 'item-4', type: 'like' });
      const plain = await first.recommend({ k: 5 });
      await first.record(plain.map(({ item }) => ({ item, type: 'impression' as const })));
      await first.close();
      const again = await inkling.Recommender.open({ catalog, model: modelFile, name: 'rules' });
      const rotated = await again.recommend({ k: 200 });
      const ruled = await again.recommend({
        k: 12,
        filter: { year: { gte: 1930, lt: 1980 } },
        boost: [{ filter: { tags: { has: catalog[2]?.tags?.[0] ?? '' } }, by: 20 }],
        pins: [{ item: 'item-40', position: 2 }],
        caps: [{ field: 'tags', most: 6 }],
      });
      const asked = await again.recommend({ query: 'year:1930..1934 -desert', k: 200 });
      const wrong = await again
        .recommend({ filter: { year: { above: 3 } } as never })
        .catch(({ code, message }) => ({ code, message }));
      await again.erase();
      await again.close();
      return { picked, plain, rotated, ruled, asked, wrong };
    });
    const { picked, plain, rotated, ruled, asked, wrong } = lists;
    expect(picked.map(({ item, source }) => [item, source])[0]).toEqual(['item-77', 'pick']);
    const shown = plain.map(({ item }) => item);
    for (const { item, reasons } of rotated) {
      const impression = reasons.find(({ kind }) => kind === 'impression');
      expect(impression?.count).toBe(shown.includes(item) ? 1 : undefined);
    }
    expect(rotated.slice(0, 5).map(({ item }) => item)).not.toEqual(shown);
    expect(ruled).toHaveLength(12);
    expect(ruled[1]).toMatchObject({ item: 'item-40', source: 'pin' });
    const yearOf = (item: string) => 1900 + (Number(item.slice(5)) % 100);
    for (const { item } of ruled) {
      expect(yearOf(item)).toBeGreaterThanOrEqual(1930);
      expect(yearOf(item)).toBeLessThan(1980);
    }
    expect(topicOf(ruled[0]?.item ?? '')).toBe(topicOf('item-2'));
    expect(ruled[0]?.reasons[0]).toMatchObject({ kind: 'boost', rule: 0 });
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(({ item }) => yearOf(item) >= 1930 && yearOf(item) <= 1934)).toBe(true);
    for (const list of [plain, rotated, ruled, asked]) {
      for (const { score, reasons } of list) {
        const sum = reasons.reduce((total, { contribution }) => total + contribution, 0);
        expect(Math.abs(sum - score)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(score)));
      }
    }
    expect(wrong).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('filter.year: unknown operator "above"'),
    });
    await stage.expectNoProblems();
  });
});
