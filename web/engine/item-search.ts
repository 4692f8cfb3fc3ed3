import { topicsOf } from '../topics.js';
import type { Item } from '../types.js';
import type { CoreRanker } from './core-ranker.js';
import { asSaid, type ParsedQuery, parseQuery, says } from './query.js';

// Which items say a thing, as far as their words are read.

/** What a query says, taken apart by what these items say. */
export function parsedQuery(query: string, core: CoreRanker, items: readonly Item[]): ParsedQuery {
  return parseQuery(query, {
    isAttribute: (name) => items.some((item) => Object.hasOwn(item, name)),
    isTag: (phrase) => core.itemsWith(`#${phrase.toLowerCase()}`).length > 0,
    isSaid: (phrase) => itemsSaying(phrase, core, items).length > 0,
    isInTitle: (text) =>
      core.found(text).some((index) => says(asSaid(items[index]?.title ?? ''), asSaid(text))),
  });
}

/** Items in whose title, text or tags a phrase stands as it is. */
export function itemsSaying(phrase: string, core: CoreRanker, items: readonly Item[]): number[] {
  const words = asSaid(phrase);
  return core.found(phrase).filter((index) => {
    const { title = '', text = '', tags = [] } = items[index] as Item;
    return [title, text, ...tags].some((each) => says(asSaid(each), words));
  });
}

/** Items with one of these words, tags or attributes. */
export function itemsAbout(topics: readonly string[], core: CoreRanker): number[] {
  return topicsOf(topics).flatMap((topic) => core.itemsAbout(topic));
}

/** By index: which of these topics an item is about. */
export function topicsByItem(topics: readonly string[], core: CoreRanker): Map<number, string[]> {
  const byItem = new Map<number, string[]>();
  for (const topic of topics) {
    for (const index of new Set(itemsAbout([topic], core))) {
      byItem.set(index, [...(byItem.get(index) ?? []), topic]);
    }
  }
  return byItem;
}
