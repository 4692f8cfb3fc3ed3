import type { OpenOptions, Recommender } from '../../web/index.js';
import { itemId, sampleCatalogue, sampleInteractions } from './sample-data.js';

export interface Ranked {
  item: string;
  score: number;
}

type Package = { Recommender: typeof Recommender };

/** The same questions to any build of the package: what it answers, by name. */
export async function rankedLists(
  { Recommender }: Package,
  options: Pick<OpenOptions, 'variant' | 'threads'>,
): Promise<Record<string, Ranked[]>> {
  const recommender = await Recommender.open({
    ...options,
    catalog: sampleCatalogue(),
    storage: 'memory',
  });
  try {
    const lists: Record<string, Ranked[]> = {};
    lists['nothing known'] = await recommender.recommend({ k: 25 });
    await recommender.record([
      { item: itemId(3), type: 'like' },
      { item: itemId(8), type: 'rate', value: 5 },
      { item: itemId(14), type: 'view' },
      { item: itemId(21), type: 'dislike' },
    ]);
    lists.content = await recommender.recommend({ k: 25 });
    lists.query = await recommender.recommend({ k: 25, query: 'story from the desert' });
    lists['similar by content'] = await recommender.similar(itemId(40), { k: 25 });
    for (const model of ['ials', 'item_neighbors'] as const) {
      await recommender.train(sampleInteractions(), { model, seed: 3 });
      lists[model] = await recommender.recommend({ k: 25 });
      lists[`similar by ${model}`] = await recommender.similar(itemId(40), { k: 25 });
    }
    return lists;
  } finally {
    await recommender.close();
  }
}

/**
 * Trains on so many rows that the heap must grow meanwhile, twice: the second time it is large enough
 * already. Both trainings must give the same.
 */
export async function listsOfGrownHeap(
  { Recommender }: Package,
  options: Pick<OpenOptions, 'variant' | 'threads'>,
): Promise<{ before: number; after: number; growing: Ranked[]; grown: Ranked[] }> {
  const table = sampleInteractions({ users: 20_000, items: 500, each: 20 });
  const recommender = await Recommender.open({ ...options, storage: 'memory' });
  try {
    const before = recommender.info().bytes.memory;
    const settings = { numFactors: 16, iterations: 2 };
    await recommender.record({ item: itemId(7), type: 'like' });
    await recommender.train(table, { settings, seed: 5 });
    const growing = await recommender.recommend({ k: 25 });
    const after = recommender.info().bytes.memory;
    await recommender.train(table, { settings, seed: 5 });
    const grown = await recommender.recommend({ k: 25 });
    return { before, after, growing, grown };
  } finally {
    await recommender.close();
  }
}

/**
 * Where two lists differ by more than rounding, in words; empty when they are the same. Items may change
 * places where their scores are as good as equal.
 */
export function differences(
  actual: readonly Ranked[],
  expected: readonly Ranked[],
  tolerance = 1e-4,
): string[] {
  const found: string[] = [];
  if (actual.length !== expected.length) {
    found.push(`${actual.length} items instead of ${expected.length}`);
  }
  const scores = new Map(expected.map(({ item, score }) => [item, score]));
  const last = expected.at(-1)?.score ?? 0;
  const near = (a: number, b: number) =>
    Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
  for (const [place, { item, score }] of actual.entries()) {
    const there = expected[place];
    if (there === undefined) break;
    if (!near(score, there.score)) {
      found.push(`place ${place}: score ${score} instead of ${there.score}`);
    }
    // What is missing in the other list must have stood at its very end.
    if (!near(score, scores.get(item) ?? last)) {
      found.push(`place ${place}: ${item} instead of ${there.item}`);
    }
  }
  return found;
}
