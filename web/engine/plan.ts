import type { Preferences } from '../store/person-store.js';
import type { Filter, RecommendOptions } from '../types.js';
import type { CoreRanker, HistoryColumns } from './core-ranker.js';
import { critiqueTests } from './critique.js';
import type { FilteredItems } from './filter.js';
import type { ItemHistory, ItemImpressions } from './history.js';
import { type IdIndex, indexOfItem } from './id-index.js';
import { itemsAbout, itemsDenied, itemsSaying, parsedQuery, topicsByItem } from './item-search.js';
import type { LearnedBlend } from './learned-blend.js';
import { type Adjustments, adjustmentsOf, placesOf } from './rules.js';
import {
  type ContextPopularity,
  type GivenRung,
  interestRung,
  likeRung,
  pickRung,
  popularityIn,
} from './rungs.js';

/** What a call comes to, in indices. */
export interface Plan {
  history: HistoryColumns;
  /** One an item: 1 where it must not appear; and which those are. */
  out: Uint8Array;
  excluded: number[];
  pinned: { item: string; place: number }[];
  /** Of the query. */
  words: string;
  adjustments: Adjustments;
  adjusted: Float32Array;
  /** By index: the preferred topics that it is about. */
  topics: Map<number, string[]>;
  /** Parts of the popularity in a context, where there is one. */
  popularity: ContextPopularity | null;
  /** How many others met an item, or what the context makes of it. */
  popularityOf: () => Float32Array;
  /** What is added to the weights of a hybrid's parts, where there is something. */
  tilt: Float32Array | undefined;
  before: GivenRung[];
  after: GivenRung[];
}

/** What there is to plan with. */
export interface Stock {
  ids: IdIndex;
  catalog: FilteredItems;
  /** One an item: 1 where it is never recommended. */
  barred: Uint8Array;
  core: CoreRanker;
  /** What the person has taught a hybrid. */
  learned: LearnedBlend | null;
}

/**
 * @param met one entry an item, newest first
 * @param shown items that were shown and let be
 * @throws InklingError `invalid_argument` for a filter that is none, `unknown_item` for `like`
 */
export function planOf(
  met: readonly ItemHistory[],
  options: RecommendOptions,
  { muted, preferred }: Preferences,
  shown: readonly ItemImpressions[],
  { ids, catalog, barred, core, learned }: Stock,
): Plan {
  const {
    exclude = [],
    allow,
    excludeSeen = true,
    filter,
    pins = [],
    like,
    adapt = true,
  } = options;
  const history = historyColumns([...met].reverse(), ids);
  const { items } = catalog;
  const out = barred.slice();
  const excluded: number[] = [];
  const drop = (indices: Iterable<number>) => {
    for (const index of indices) {
      if (!out[index]) excluded.push(index);
      out[index] = 1;
    }
  };
  const keep = (holds: (index: number) => unknown) => {
    for (let index = 0; index < out.length; index++) if (!holds(index)) drop([index]);
  };
  const only = (indices: readonly number[]) => {
    const kept = new Set(indices);
    keep((index) => kept.has(index));
  };
  const matching = (wanted: Filter, path: string) => {
    const mask = catalog.mask(wanted, path);
    keep((index) => mask[index]);
  };

  drop(ids.known(exclude));
  drop(itemsAbout(muted, core));
  if (allow) only(ids.known(allow));
  if (filter !== undefined) matching(filter, 'recommend: filter');
  const asked = parsedQuery(options.query ?? '', core, catalog);
  for (const each of asked.filters) matching(each, 'recommend: query');
  for (const phrase of asked.phrases) only(itemsSaying(phrase, core, catalog));
  for (const denial of asked.without) drop(itemsDenied(denial, core, catalog));
  const popularity = popularityIn(options.context, items);
  const popularityOf = () => popularity?.values ?? core.popularity();
  const before: GivenRung[] = [];
  if (like !== undefined) {
    const index = indexOfItem(ids, like);
    before.push(likeRung(like, core.similar(index, ids.size), ids.size));
    drop([index]);
    for (const test of critiqueTests(index, options, catalog, popularityOf)) keep(test);
  }
  const pinned = placesOf(pins).filter(({ item }) => {
    const index = ids.get(item) ?? -1;
    if (index < 0 || out[index]) return false;
    drop([index]); // no second time
    return true;
  });
  if (excludeSeen) drop(history.items);

  const adjustments = adjustmentsOf(options, shown, catalog, ids);
  const topics = topicsByItem(preferred, core);
  return {
    history,
    out,
    excluded,
    pinned,
    words: asked.words,
    adjustments,
    adjusted: adjustments.values(ids.size),
    topics,
    popularity,
    popularityOf,
    tilt: adapt ? learned?.tilt() : undefined,
    before,
    after: [
      ...(history.items.length === 0 && topics.size > 0
        ? [interestRung(topics, popularityOf())]
        : []),
      ...pickRung(options.picks, ids, catalog),
    ],
  };
}

/** What is known of a history, in its order: the core wants the oldest first. */
export function historyColumns(history: readonly ItemHistory[], ids: IdIndex): HistoryColumns {
  const known = history.filter(({ item }) => ids.get(item) !== undefined);
  return {
    items: Int32Array.from(known, ({ item }) => ids.get(item) as number),
    weights: Float32Array.from(known, ({ weight }) => weight),
  };
}
