import type { Interaction, Item } from '../../web/types.js';

/** A small generator with a seed (mulberry32), so that every run sees the same data. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * People who like one cluster of items and little else: item `i` belongs to cluster `i % clusters`, user `u` to
 * `u % clusters`. A model that learns anything finds the cluster; popularity cannot.
 */
export function clusteredInteractions(options: {
  users: number;
  items: number;
  clusters: number;
  perUser: number;
  /** Share of interactions outside of the user's cluster. */
  noise: number;
  seed: number;
}): Interaction[] {
  const { users, items, clusters, perUser, noise, seed } = options;
  const random = seededRandom(seed);
  const rows: Interaction[] = [];
  for (let user = 0; user < users; user++) {
    const met = new Set<number>();
    while (met.size < perUser) {
      const any = Math.floor(random() * items);
      const own = any - (any % clusters) + (user % clusters);
      const item = random() < noise ? any : own;
      if (item >= items || met.has(item)) continue;
      met.add(item);
      rows.push({ user: `u${user}`, item: `i${item}`, value: 1, timestamp: met.size });
    }
  }
  return rows;
}

/** Items of such clusters, with the cluster's name as a tag. */
export function clusteredItems(items: number, clusters: number): Item[] {
  return Array.from({ length: items }, (_, i) => ({
    id: `i${i}`,
    title: `Number ${i}`,
    tags: [`cluster ${i % clusters}`],
    popularity: items - i,
  }));
}
