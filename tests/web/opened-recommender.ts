import { afterEach, expect } from 'vitest';
import type { OpenOptions, Recommendation } from '../../web/types.js';
import { clusteredInteractions, clusteredItems } from './clustered-data.js';
import { type Recommender, Recommender as RecommenderClass } from './package-under-test.js';

const opened: Recommender[] = [];

/** A recommender of the package as built, closed when the test ends. */
export async function open(options: OpenOptions = {}): Promise<Recommender> {
  const recommender = await RecommenderClass.open({ storage: 'memory', ...options });
  opened.push(recommender);
  return recommender;
}

afterEach(async () => {
  for (const recommender of opened.splice(0)) await recommender.close();
});

/** Six clusters, told by their tags. */
export const items = clusteredItems(60, 6);
/** Of people who mostly keep to one cluster. */
export const interactions = clusteredInteractions({
  users: 240,
  items: 60,
  clusters: 6,
  perUser: 5,
  noise: 0.1,
  seed: 7,
});
export const ids = (list: readonly { item: string }[]) => list.map((entry) => entry.item);
export const clusterOf = (id: string) => Number(id.slice(1)) % 6;

export function expectReasonsToSum(list: readonly Recommendation[]): void {
  for (const { score, reasons } of list) {
    const total = reasons.reduce((sum, reason) => sum + reason.contribution, 0);
    expect(Math.abs(total - score)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(score)));
  }
}
