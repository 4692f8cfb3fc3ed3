import type { Item } from '../../web/types.js';
import { interactions, items, open } from './opened-recommender.js';
import type { Recommender } from './package-under-test.js';

/** Attributes beside those of the clusters: i0 is of 1960, i59 of 2019; i0 is the most popular. */
export const catalog: Item[] = items.map((item, n) => ({
  ...item,
  year: 1960 + n,
  director: `Director ${n % 7}`,
  runtime: 80 + ((n * 37) % 60),
}));
export const yearOf = (id: string) => 1960 + Number(id.slice(1));

/** A recommender with a model, of someone with a taste for cluster 1. */
export async function known(): Promise<Recommender> {
  const recommender = await open({ catalog });
  await recommender.train(interactions, { settings: { numFactors: 8 } });
  await recommender.record({ item: 'i1', type: 'like' });
  return recommender;
}
