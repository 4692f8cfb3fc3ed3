import type { Item, Reason, RecommendOptions } from '../types.js';
import { type FilteredItems, valuesOf } from './filter.js';
import type { ItemImpressions } from './history.js';
import type { IdIndex } from './id-index.js';

const HOUR_MS = 3_600_000;
const HOURS_OF_A_DAY = 24;
/** How far down what was shown and let be comes, and for how long. */
const IMPRESSION_BY = 0.5;
const IMPRESSION_HALF_LIFE_DAYS = 1;

/** A reason before it is known what it comes to. */
export type Unweighed = Omit<Reason, 'contribution'>;

/** One rule's part in the adjustments of items, in spreads. */
interface Layer {
  of(index: number): number;
  reason(index: number): Unweighed;
}

/** What rules add to the scores of items, and by which of them. */
export class Adjustments {
  private readonly layers: Layer[] = [];

  add(of: Layer['of'], reason: Layer['reason']): void {
    this.layers.push({ of, reason });
  }

  /** One an item; none where there are no rules. */
  values(numItems: number): Float32Array {
    const { layers } = this;
    return Float32Array.from({ length: layers.length && numItems }, (_, index) =>
      layers.reduce((sum, layer) => sum + layer.of(index), 0),
    );
  }

  /** Splits what they have come to. */
  reasons(index: number, contribution: number): Reason[] {
    const parts = this.layers.map((layer) => ({ layer, by: layer.of(index) }));
    const total = parts.reduce((sum, { by }) => sum + by, 0);
    return parts.flatMap(({ layer, by }) =>
      by ? { ...layer.reason(index), contribution: (contribution * by) / total } : [],
    );
  }
}

/**
 * What the rules of a call add, in the order in which they are explained.
 *
 * @param shown items that were shown and let be
 * @throws InklingError `invalid_argument` for a filter that is none
 */
export function adjustmentsOf(
  { boost = [], freshness, impressions = {} }: RecommendOptions,
  shown: readonly ItemImpressions[],
  catalog: FilteredItems,
  ids: IdIndex,
): Adjustments {
  const adjustments = new Adjustments();
  // By the hour, so that two lists of the same minute are the same.
  const hours = (time: number) => Math.floor(time / HOUR_MS);
  const now = hours(Date.now());
  const faded = (time: number, days: number) =>
    2 ** (-Math.max(0, now - hours(time)) / (HOURS_OF_A_DAY * days));
  boost.forEach(({ filter, by }, rule) => {
    const mask = catalog.mask(filter, `recommend: boost[${rule}].filter`);
    adjustments.add(
      (index) => by * (mask[index] as number),
      () => ({ kind: 'boost', rule }),
    );
  });
  if (freshness) {
    const { field = 'published', halfLifeDays, by } = freshness;
    const times = catalog.times(field);
    adjustments.add(
      (index) => by * (faded(times[index] as number, halfLifeDays) || 0),
      () => ({ kind: 'freshness' }),
    );
  }
  const { by = IMPRESSION_BY, halfLifeDays = IMPRESSION_HALF_LIFE_DAYS } = impressions;
  const counts = new Map<number, number>();
  const sums = new Map<number, number>();
  for (const { item, times } of by === 0 ? [] : shown) {
    const index = ids.get(item);
    if (index === undefined) continue;
    counts.set(index, times.length);
    sums.set(
      index,
      times.reduce((sum, time) => sum + faded(time, halfLifeDays), 0),
    );
  }
  if (sums.size > 0) {
    adjustments.add(
      (index) => -by * Math.log1p(sums.get(index) ?? 0),
      (index) => ({ kind: 'impression', count: counts.get(index) as number }),
    );
  }
  return adjustments;
}

/** The largest parts, in either direction, and one that sums the others up. */
export function strongest(reasons: readonly Reason[], most: number): Reason[] {
  const others = { kind: 'others' as const, count: 0, contribution: 0 };
  const told = reasons.filter(({ kind }) => kind !== 'others');
  told.sort((one, other) => Math.abs(other.contribution) - Math.abs(one.contribution));
  const small = reasons.filter(({ kind }) => kind === 'others');
  for (const { count = 1, kind, contribution } of [...told.splice(most), ...small]) {
    others.count += kind === 'others' ? count : 1;
    others.contribution += contribution;
  }
  return others.count ? [...told, others] : told;
}

/** Numbers from 0 to 1 that look like chance (Mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where each pin is to stand, from 0, in the order of the places. */
export function placesOf(pins: NonNullable<RecommendOptions['pins']>) {
  return pins
    .map((pin, n) =>
      typeof pin === 'string'
        ? { item: pin, place: n }
        : { item: pin.item, place: pin.position - 1 },
    )
    .sort((one, other) => one.place - other.place);
}

/** A test whether caps leave room for an item, asked once for each entry of a list: an item that fits takes its room. */
export function roomUnder(
  caps: NonNullable<RecommendOptions['caps']>,
  itemOf: (id: string) => Item,
): (id: string) => boolean {
  const counts = new Map<string, number>();
  const countOf = (key: string) => counts.get(key) ?? 0;
  return (id) => {
    const wanted = caps.flatMap(({ field, most }, cap) =>
      [...new Set(valuesOf(itemOf(id), field))].map((value) => ({
        key: JSON.stringify([cap, value]),
        most,
      })),
    );
    if (wanted.some(({ key, most }) => countOf(key) >= most)) return false;
    for (const { key } of wanted) counts.set(key, countOf(key) + 1);
    return true;
  };
}
