import { topicsOf } from '../topics.js';
import type { Item } from '../types.js';
import type { CoreRanker } from './core-ranker.js';
import type { FilteredItems } from './filter.js';
import { foldTag } from './fold-text.js';
import { asSaid, type Denial, type ParsedQuery, parseQuery, says } from './query.js';

// Which items say a thing, as far as their words are read.

/** What a query says, taken apart by what these items say. */
export function parsedQuery(query: string, core: CoreRanker, catalog: FilteredItems): ParsedQuery {
  return parseQuery(query, {
    isAttribute: (name) => catalog.items.some((item) => Object.hasOwn(item, name)),
    isTag: (phrase) => core.itemsAbout(foldTag(phrase)).length > 0,
    isSaid: (phrase) => itemsSaying(phrase, core, catalog).length > 0,
    isInTitle: (text) => itemsSaying(text, core, catalog, true).length > 0,
  });
}

/** Items in which a phrase stands as it is: in their titles, or wherever the words of a query are looked for. */
export function itemsSaying(
  phrase: string,
  core: CoreRanker,
  { items, found }: FilteredItems,
  titles = false,
): number[] {
  const words = asSaid(phrase);
  const saysIt = (index: number) => {
    const item = items[index] as Item;
    const texts = titles ? [item.title ?? ''] : core.textsOf(item);
    return texts.some((text) => says(asSaid(text), words));
  };
  return found.of(`${titles} ${words}`, () => (words ? core.mayHave(words).filter(saysIt) : []));
}

/** Items of which a query does not want to hear. */
export function itemsDenied(
  { what, asked }: Denial,
  core: CoreRanker,
  catalog: FilteredItems,
): number[] {
  const meant = new Set(asked ? itemsSaying(asked, core, catalog, true) : []);
  return itemsSaying(what, core, catalog).filter((index) => !meant.has(index));
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
