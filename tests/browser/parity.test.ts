import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { VariantName } from '../../web/types.js';
import { BROWSERS, type BrowserName } from './browser.js';
import { DIST } from './places.js';
import { differences, listsOfGrownHeap, type Ranked, rankedLists } from './ranked-lists.js';
import { setStage } from './stage.js';

const VARIANTS: Record<BrowserName, readonly VariantName[]> = {
  chromium: ['simd', 'simd-threads', 'relaxed-threads'],
  firefox: ['simd', 'simd-threads', 'relaxed-threads'],
  webkit: ['simd'],
};

/** Node's build of the package is what the browsers are compared with. */
const node = await import(pathToFileURL(join(DIST, 'node.js')).href);
let expected: Record<string, Ranked[]>;
let expectedOfGrownHeap: Awaited<ReturnType<typeof listsOfGrownHeap>>;

beforeAll(async () => {
  expected = await rankedLists(node, { variant: 'simd' });
  expectedOfGrownHeap = await listsOfGrownHeap(node, { variant: 'simd' });
});

test('the comparison finds a wrong score and a wrong item', () => {
  const list = [
    { item: 'a', score: 0.9 },
    { item: 'b', score: 0.5 },
    { item: 'c', score: 0.1 },
  ];
  const [a, b, c] = list as [Ranked, Ranked, Ranked];
  expect(differences(list, list)).toEqual([]);
  expect(differences([a, { ...b, score: 0.51 }, c], list)).not.toEqual([]);
  expect(differences([a, c, b], list)).not.toEqual([]);
  expect(differences([a, b], list)).not.toEqual([]);
  expect(differences([a, { ...b, item: 'x' }, c], list)).not.toEqual([]);
});

describe.each(BROWSERS)('in %s', (name) => {
  const stage = setStage(name);

  test.each(VARIANTS[name])('%s ranks as Node does', async (variant) => {
    await stage.visit(stage.isolated);
    const lists = await stage.browser.evaluate(
      (forced) =>
        window.test.lists.rankedLists(window.test.inkling, { variant: forced, threads: 2 }),
      variant,
    );
    expect(Object.keys(lists)).toEqual(Object.keys(expected));
    for (const [list, ranked] of Object.entries(lists)) {
      expect(ranked).toHaveLength(25);
      expect(differences(ranked, expected[list] ?? []), list).toEqual([]);
    }
    await stage.expectNoProblems();
  });

  test.each(VARIANTS[name])('%s is right while its memory grows', async (variant) => {
    await stage.visit(stage.isolated);
    const { before, after, growing, grown } = await stage.browser.evaluate(
      (forced) =>
        window.test.lists.listsOfGrownHeap(window.test.inkling, { variant: forced, threads: 2 }),
      variant,
    );
    expect(before).toBe(16 * 2 ** 20);
    expect(after).toBeGreaterThan(before);
    expect(growing).toHaveLength(25);
    expect(growing).toEqual(grown);
    expect(differences(growing, expectedOfGrownHeap.growing)).toEqual([]);
    await stage.expectNoProblems();
  });
});
