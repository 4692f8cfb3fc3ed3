import type { InteractionLog, MainModule } from '#engine-module';
import type { InteractionTable, Item } from '../types.js';
import type { Heap } from './heap.js';
import { owning } from './heap.js';
import type { IdIndex } from './id-index.js';
import { eventsHandled, throwIfAborted } from './slices.js';
import { check } from './status.js';

const BATCH_ROWS = 1 << 17;
const encoder = new TextEncoder();

/** Appends a table's rows to a log, its users and items translated to the given indices. */
export async function appendTable(
  heap: Heap,
  engine: InstanceType<MainModule['Engine']>,
  log: InteractionLog,
  table: InteractionTable,
  indices: { users: IdIndex; items: IdIndex },
  signal: AbortSignal | undefined,
): Promise<void> {
  const userOf = indices.users.addAll(table.userIds);
  const itemOf = indices.items.addAll(table.itemIds);
  for (let begin = 0; begin < table.users.length; begin += BATCH_ROWS) {
    throwIfAborted(signal);
    const end = Math.min(begin + BATCH_ROWS, table.users.length);
    const users = table.users.slice(begin, end).map((user) => userOf[user] ?? -1);
    const items = table.items.slice(begin, end).map((item) => itemOf[item] ?? -1);
    const timestamps = table.timestamps?.slice(begin, end) ?? new Float64Array(0);
    owning((own) => {
      const status = log.append(
        engine,
        own(heap.write(users)),
        own(heap.write(items)),
        own(heap.write(table.values.slice(begin, end))),
        own(heap.write(timestamps)),
      );
      check(engine, status);
    });
    await eventsHandled();
  }
}

/**
 * Texts back to back, as the core wants them. One call a text: joined ones are no faster, as a single dash makes all of
 * them 16-bit strings.
 */
export function encodeTexts(
  texts: Iterable<string>,
  count: number,
): { bytes: Uint8Array; offsets: Uint32Array } {
  let bytes = new Uint8Array(1024);
  const offsets = new Uint32Array(count + 1);
  let length = 0;
  let index = 0;
  for (const text of texts) {
    if (bytes.length < length + text.length * 3) {
      const larger = new Uint8Array((length + text.length * 3) * 2);
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    if (text !== '') length += encoder.encodeInto(text, bytes.subarray(length)).written;
    offsets[++index] = length;
  }
  return { bytes: bytes.subarray(0, length), offsets };
}

/** How much each field's words count. Tags say most of what an item is about. */
const FIELDS: { tags: boolean; weight: number; text: (item: Item) => string }[] = [
  { tags: false, weight: 1, text: (item) => item.title ?? '' },
  { tags: false, weight: 1, text: (item) => item.text ?? '' },
  { tags: true, weight: 2, text: (item) => item.tags?.join(TAG_SEPARATOR) ?? '' },
];
const TAG_SEPARATOR = '\u001f';
const BATCH_ITEMS = 4096;

/**
 * Describes items by their texts. `items[i]` is the item of index i, undefined where an index has none.
 * The caller deletes the result.
 */
export async function createItemTexts(
  module: MainModule,
  heap: Heap,
  engine: InstanceType<MainModule['Engine']>,
  items: readonly (Item | undefined)[],
  signal: AbortSignal | undefined,
): Promise<InstanceType<MainModule['ItemTexts']>> {
  const texts = new module.ItemTexts(items.length);
  try {
    for (let begin = 0; begin < items.length; begin += BATCH_ITEMS) {
      throwIfAborted(signal);
      const batch = items.slice(begin, begin + BATCH_ITEMS);
      for (const field of FIELDS) {
        const { bytes, offsets } = encodeTexts(
          batch.map((item) => (item ? field.text(item) : '')),
          batch.length,
        );
        owning((own) => {
          const status = texts.add(
            engine,
            field.tags,
            field.weight,
            begin,
            own(heap.write(bytes)),
            own(heap.write(offsets)),
          );
          check(engine, status);
        });
      }
      await eventsHandled();
    }
    texts.finish();
  } catch (error) {
    texts.delete();
    throw error;
  }
  return texts;
}
