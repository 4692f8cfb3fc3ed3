import type { ItemTopics } from '#engine-module';
import type { Item } from '../types.js';
import { foldTag } from './fold-text.js';
import { owning } from './heap.js';
import { IdIndex } from './id-index.js';
import { valuesOf } from './item-texts.js';
import type { ServingEngine } from './serving-engine.js';
import { check } from './status.js';

export const DEFAULT_TOPICS = 'tags';

/**
 * What the items are about, by the values of one of their fields, all alike; as tags are compared. The caller deletes it.
 *
 * @param items by index; undefined where an index has none
 * @returns null where no item has such values
 */
export function createItemTopics(
  { module, heap, wasm }: ServingEngine,
  items: readonly (Item | undefined)[],
  field: string,
): ItemTopics | null {
  const names = new IdIndex();
  const rows = items.map((item) => {
    const tags = new Set(valuesOf(item?.[field]).map(foldTag));
    tags.delete('');
    return [...tags].map((tag) => names.add(tag)).sort((a, b) => a - b);
  });
  if (names.size === 0) return null;
  const offsets = new Int32Array(items.length + 1);
  for (const [item, { length }] of rows.entries()) {
    offsets[item + 1] = (offsets[item] as number) + length;
  }
  const topics = new module.ItemTopics();
  try {
    owning((own) => {
      const status = topics.fill(
        wasm,
        own(heap.write(offsets)),
        own(heap.write(Int32Array.from(rows.flat()))),
      );
      check(wasm, status);
    });
  } catch (error) {
    topics.delete();
    throw error;
  }
  return topics;
}
