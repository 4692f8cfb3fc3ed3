import type { ItemTopics } from '#engine-module';
import { InklingError } from '../errors.js';
import { isOfTopics } from '../selection/metrics.js';
import type { EvaluateOptions, Item } from '../types.js';
import { foldTag } from './fold-text.js';
import { owning } from './heap.js';
import { IdIndex, itemsByIndex } from './id-index.js';
import { valuesOf } from './item-texts.js';
import { needsTopics } from './reranking.js';
import type { ServingEngine } from './serving-engine.js';
import { check } from './status.js';

export const DEFAULT_TOPICS = 'tags';

/**
 * What the items are about, where a measurement asks for it. The caller deletes it.
 *
 * @param index of the items that are measured
 * @throws InklingError `invalid_argument` where nothing tells
 */
export function createWantedTopics(
  engine: ServingEngine,
  {
    items,
    topics: field = DEFAULT_TOPICS,
    rerank,
  }: Pick<EvaluateOptions, 'topics' | 'rerank'> & { items?: readonly Item[] | undefined },
  metrics: readonly string[],
  index: IdIndex,
): ItemTopics | null {
  const wanted = metrics.find(isOfTopics) ?? rerank?.steps.find(needsTopics)?.by;
  if (wanted === undefined && rerank === undefined) return null;
  const topics = items ? createItemTopics(engine, itemsByIndex(items, index), field).handle : null;
  if (topics || wanted === undefined) return topics;
  const lacking = items
    ? `none that was met has anything in ${JSON.stringify(field)}`
    : 'no items are given';
  throw new InklingError(
    'invalid_argument',
    `${wanted} needs to know what the items are about, and ${lacking}; ` +
      'give items (open({catalog}), --items), and by topics (--topics) the field that tells',
  );
}

/** Which topics items have, by index. */
export class TopicRows {
  constructor(
    /** As tags are compared. */
    readonly names: readonly string[],
    private readonly rows: readonly (readonly number[])[],
  ) {}

  get numTopics(): number {
    return this.names.length;
  }

  of(item: number): readonly number[] {
    return this.rows[item] ?? [];
  }
}

/**
 * What the items are about, by the values of one of their fields, all alike; as tags are compared. The caller deletes it.
 *
 * @param items by index; undefined where an index has none
 * @returns no handle where no item has such values
 */
export function createItemTopics(
  { module, heap, wasm }: ServingEngine,
  items: readonly (Item | undefined)[],
  field: string,
): { rows: TopicRows; handle: ItemTopics | null } {
  const names = new IdIndex();
  const lists = items.map((item) => {
    const tags = new Set(valuesOf(item?.[field]).map(foldTag));
    tags.delete('');
    return [...tags].map((tag) => names.add(tag)).sort((a, b) => a - b);
  });
  const rows = new TopicRows(names.ids, lists);
  if (names.size === 0) return { rows, handle: null };
  const offsets = new Int32Array(items.length + 1);
  for (const [item, { length }] of lists.entries()) {
    offsets[item + 1] = (offsets[item] as number) + length;
  }
  const handle = new module.ItemTopics();
  try {
    owning((own) => {
      const status = handle.fill(
        wasm,
        own(heap.write(offsets)),
        own(heap.write(Int32Array.from(lists.flat()))),
      );
      check(wasm, status);
    });
  } catch (error) {
    handle.delete();
    throw error;
  }
  return { rows, handle };
}
