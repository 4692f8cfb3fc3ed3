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
 * Puts items that few have met at some of the places of popularity.
 *
 * @param out one an item: 1 where it must not appear
 * @param popularityOf asked only where something is to be explored
 */
export function explored(
  list: Recommendation[],
  { explore = 0, seed = 1, explain = true }: RecommendOptions,
  ids: IdIndex,
  out: Uint8Array,
  popularityOf: () => Float32Array,
): Recommendation[] {
  const popular = list.filter(({ source }) => source === 'popularity');
  if (explore === 0 || popular.length === 0) return list;
  const random = randomNumbers(seed);
  const phase = random();
  const popularity = popularityOf();
  const taken = new Set(list.map(({ item }) => item));
  // Each comes before another with a chance in proportion to 1 / (1 + popularity): Efraimidis & Spirakis, 2006.
  const rare = ids.ids
    .flatMap((item, index) => {
      if (out[index] || taken.has(item)) return [];
      const score = popularity[index] as number;
      const reasons: Reason[] = [{ kind: 'exploration', contribution: score }];
      const entry = {
        item,
        score,
        source: 'exploration' as const,
        reasons: explain ? reasons : [],
      };
      return { entry, key: Math.log(random()) * (1 + score) };
    })
    .sort((one, other) => other.key - one.key);
  const mixed = list.slice(0, list.length - popular.length);
  const dueBy = (place: number) => Math.floor(place * explore + phase);
  for (let place = 0, next = 0; next < popular.length; place++) {
    const found = dueBy(place + 1) > dueBy(place) && rare.shift();
    mixed.push(found ? found.entry : (popular[next++] as Recommendation));
  }
  return mixed;
}
