import type { Item, Reason, Recommendation, RecommendOptions, Source } from '../types.js';
import type { FilteredItems } from './filter.js';
import type { IdIndex } from './id-index.js';
import type { PackedList } from './packed-list.js';
import { randomNumbers, type Unweighed } from './rules.js';

/** A rung whose scores are known before: those above 0 are on it. */
export interface GivenRung {
  source: Source;
  scores: Float32Array;
  /** What the score of an item is made of. */
  reasons(index: number): Reason[];
}

/** How popular items are at a moment. */
export interface ContextPopularity {
  values: Float32Array;
  reasons(index: number): Reason[];
}

/** @param list items like one, the model's first; content's come after them on the same scale */
export function likeRung(item: string, list: PackedList, numItems: number): GivenRung {
  const scores = new Float32Array(numItems);
  let scale = 1;
  for (let n = 0; n < list.length; n++) {
    if (n > 0 && list.source(n) !== list.source(n - 1)) scale = list.score(n - 1);
    scores[list.item(n)] = scale * list.score(n);
  }
  return ofOneReason('similar', scores, { kind: 'similar', item });
}

/**
 * What is about the most of a new person's topics, then the most popular.
 *
 * @param topics by index: those that the item is about
 */
export function interestRung(
  topics: ReadonlyMap<number, readonly string[]>,
  popularity: Float32Array,
): GivenRung {
  const most = popularity.reduce((one, other) => Math.max(one, other), 0) || 1;
  const part = (index: number) => (popularity[index] as number) / most;
  const scores = Float32Array.from(popularity, (_, index) => {
    const count = topics.get(index)?.length;
    return count ? count + part(index) : 0;
  });
  const reasons = (index: number): Reason[] => [
    ...(topics.get(index) ?? []).map((term) => ({
      kind: 'preference' as const,
      term,
      contribution: 1,
    })),
    { kind: 'popularity', contribution: part(index) },
  ];
  return { source: 'interests', scores, reasons };
}

/** What an editor has picked, for this list or in the catalogue; no rung where nobody has. */
export function pickRung(
  picks: readonly string[] | undefined,
  ids: IdIndex,
  catalog: FilteredItems,
): GivenRung[] {
  const scores = new Map<number, number>();
  if (picks) {
    // Of one that stands there twice the first place counts.
    ids.known([...picks].reverse()).forEach((index, n) => {
      scores.set(index, n + 1);
    });
  } else {
    for (const index of catalog.picked()) scores.set(index, catalog.items[index]?.pick as number);
  }
  if (scores.size === 0) return [];
  const values = new Float32Array(ids.size);
  for (const [index, score] of scores) values[index] = score;
  return [ofOneReason('pick', values, { kind: 'pick' })];
}

function ofOneReason(source: Source, scores: Float32Array, reason: Unweighed): GivenRung {
  return {
    source,
    scores,
    reasons: (index) => [{ ...reason, contribution: scores[index] as number }],
  };
}

/** The mean of what items say of what is known of the moment; null where none says anything. */
export function popularityIn(
  context: RecommendOptions['context'] = {},
  items: readonly Item[],
): ContextPopularity | null {
  const names = Object.values(context);
  const parts = ({ popularity }: Item) =>
    typeof popularity === 'object' ? names.filter((name) => Object.hasOwn(popularity, name)) : [];
  if (names.length === 0 || !items.some((item) => parts(item).length > 0)) return null;
  const reasonsOf = (item: Item): Reason[] => {
    const told = parts(item);
    if (told.length === 0) return [{ kind: 'popularity', contribution: usualPopularity(item) }];
    const popularity = item.popularity as Record<string, number>;
    return told.map((name) => ({
      kind: 'popularity',
      context: name,
      contribution: (popularity[name] as number) / told.length,
    }));
  };
  return {
    values: Float32Array.from(items, (item) =>
      reasonsOf(item).reduce((sum, { contribution }) => sum + contribution, 0),
    ),
    reasons: (index) => reasonsOf(items[index] as Item),
  };
}

/** Where nothing is known of the moment. */
export function usualPopularity({ popularity = 0 }: Item): number {
  return typeof popularity === 'number' ? popularity : (popularity.default ?? 0);
}

/**
 * Puts items that few have met at some of the places of popularity: others than would stand there, or, where all of them
 * do, some from further down.
 *
 * @param k how many will be shown
 * @param out one an item: 1 where it must not appear
 * @param popularityOf asked only where something is to be explored
 * @param fits whether a cap leaves room for an item, which it then takes
 */
export function explored(
  list: readonly Recommendation[],
  k: number,
  { explore, seed = 1, explain = true }: RecommendOptions,
  ids: IdIndex,
  out: Uint8Array,
  popularityOf: () => Float32Array,
  fits: (item: string) => boolean,
): Recommendation[] {
  const mixed = list.filter(({ item, source }) => source !== 'popularity' && fits(item));
  const popular = list.filter(({ source }) => source === 'popularity');
  const placed = new Set(mixed.map(({ item }) => item));
  const random = randomNumbers(seed);
  const phase = random();
  let rare: { entry: Recommendation; shown: boolean; key: number }[] = [];
  const share = explore as number;
  if (share > 0 && popular.length > 0) {
    const popularity = popularityOf();
    const first = new Set(list.slice(0, k).map(({ item }) => item));
    // Each comes before another with a chance in proportion to 1 / (1 + popularity): Efraimidis & Spirakis, 2006.
    rare = ids.ids.flatMap((item, index) => {
      if (out[index]) return [];
      const score = popularity[index] as number;
      const reasons: Reason[] = explain ? [{ kind: 'exploration', contribution: score }] : [];
      return {
        entry: { item, score, source: 'exploration', reasons },
        shown: first.has(item),
        key: Math.log(random()) * (1 + score),
      };
    });
    rare.sort((one, other) => Number(one.shown) - Number(other.shown) || other.key - one.key);
  }
  /** The first that is not there yet and fits. */
  const next = (queue: Iterable<Recommendation>): Recommendation | undefined => {
    for (const entry of queue) if (!placed.has(entry.item) && fits(entry.item)) return entry;
    return undefined;
  };
  const few = rare.map(({ entry }) => entry).values();
  const many = popular.values();
  const dueBy = (place: number) => Math.floor(place * share + phase);
  for (let place = 0; ; place++) {
    const entry = (dueBy(place + 1) > dueBy(place) && next(few)) || next(many);
    if (!entry) return mixed;
    placed.add(entry.item);
    mixed.push(entry);
  }
}
