import type { FilterValue, Item, ListConstraint, Recommendation } from '../types.js';
import { valuesOf } from './filter.js';

/** What lies below the candidates is as relevant as the last of them, in its order. */
const BELOW = 1e-6;

/** Candidates of a list, their scores on one scale. */
export interface Pool {
  entries: Recommendation[];
  scores: number[];
}

/**
 * The best so many, up to the end of the rung that fills a list of k. Scores are scaled to 0 … 1 within each rung, and those
 * of a higher rung lie above.
 */
export function bestPool(best: readonly Recommendation[], most: number, k: number): Pool {
  // One may have the name of another: where scores rise, the next begins.
  const rungs: number[] = [];
  best.forEach(({ source, score }, n) => {
    const before = best[n - 1];
    const same = before && before.source === source && before.score >= score;
    rungs.push((rungs[n - 1] ?? 0) + (same ? 0 : 1));
  });
  const last = rungs[Math.min(k, best.length) - 1] ?? 0;
  const end = rungs.lastIndexOf(last) + 1;
  const entries = best.slice(0, Math.min(end, most));
  const own = rungs.slice(0, entries.length);
  const count = own.at(-1) ?? 1;
  const scores = entries.map(({ score }, n) => {
    const rung = own[n] as number;
    const high = entries[own.indexOf(rung)]?.score as number;
    const low = entries[own.lastIndexOf(rung)]?.score as number;
    return (count - rung + (high > low ? (score - low) / (high - low) : 1)) / count;
  });
  return { entries, scores };
}

/**
 * Adds what constraints may need from further down: the best k of each group with a floor, and the best k that all
 * ceilings together leave room for.
 *
 * @param best all that there is, the pool's own first
 */
export function widen(
  pool: Pool,
  best: readonly Recommendation[],
  k: number,
  constraints: readonly ListConstraint[],
  itemOf: (id: string) => Item | undefined,
): void {
  const item = ({ item: id }: Recommendation) => itemOf(id) as Item;
  const below = new Set<Recommendation>();
  const floors = constraints.filter(({ least }) => least);
  const left = new Map<string, number>();
  const ceilings = constraints.flatMap((constraint) => {
    const { unit, most } = constraint;
    if (most === undefined) return [];
    // Of attention nobody knows yet how many places it comes to: at least none are wanted of a group that had too much.
    const room = unit === 'attention' ? (constraint.value === undefined ? 1 : 0) : most;
    return { constraint, room, counts: new Map<FilterValue, number>() };
  });
  let fitting = 0;
  best.forEach((entry, place) => {
    for (const [n, constraint] of floors.entries()) {
      for (const value of groupsOf(item(entry), constraint)) {
        const key = `${n} ${typeof value} ${value}`;
        const room = left.get(key) ?? k;
        if (room > 0 && place >= pool.entries.length) below.add(entry);
        left.set(key, room - 1);
      }
    }
    if (ceilings.length === 0 || fitting >= k) return;
    const fits = ceilings.every(({ constraint, room, counts }) =>
      groupsOf(item(entry), constraint).every((value) => (counts.get(value) ?? 0) < room),
    );
    if (!fits) return;
    fitting++;
    if (place >= pool.entries.length) below.add(entry);
    for (const { constraint, counts } of ceilings) {
      for (const value of groupsOf(item(entry), constraint)) {
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
  });
  for (const entry of below) {
    pool.scores.push(-BELOW * (pool.entries.length + 1));
    pool.entries.push(entry);
  }
}

/** Of the groups of a constraint those that an item is in. */
export function groupsOf(item: Item, { field, value }: ListConstraint): FilterValue[] {
  const own = [...new Set(valuesOf(item, field))];
  if (value === undefined) return own;
  // A text that is a number is that number, as in filters.
  const wanted = String(asGroup(field, value));
  return own.filter((each) => String(each) === wanted);
}

/** A value as items' values are compared. */
export function asGroup(field: string, value: FilterValue): FilterValue {
  return valuesOf({ id: '', [field]: value }, field)[0] ?? value;
}
