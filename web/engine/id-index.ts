import { InklingError } from '../errors.js';
import type { Item } from '../types.js';

/** Ids ↔ dense indices, in order of first appearance. Ids are kept exactly as given. */
export class IdIndex {
  readonly ids: string[] = [];
  private readonly indices = new Map<string, number>();

  constructor(ids: Iterable<string> = []) {
    for (const id of ids) this.add(id);
  }

  get size(): number {
    return this.ids.length;
  }

  /** The index of an id, new or known. */
  add(id: string): number {
    const known = this.indices.get(id);
    if (known !== undefined) return known;
    const index = this.ids.length;
    this.ids.push(id);
    this.indices.set(id, index);
    return index;
  }

  /** The index of a known id, or undefined. */
  get(id: string): number | undefined {
    return this.indices.get(id);
  }

  /** The indices of those of these ids that are known. */
  known(ids: readonly string[]): number[] {
    return ids.flatMap((id) => this.get(id) ?? []);
  }

  /** The id of an index; the index must be below `size`. */
  id(index: number): string {
    const id = this.ids[index];
    if (id === undefined) throw new RangeError(`no id has index ${index}`);
    return id;
  }

  /** Index here of each id of another list: `translation[i]` for `ids[i]`. */
  addAll(ids: readonly string[]): Int32Array {
    return Int32Array.from(ids, (id) => this.add(id));
  }
}

/** @throws InklingError `unknown_item` */
export function indexOfItem(items: IdIndex, id: string): number {
  const index = items.get(id);
  if (index !== undefined) return index;
  throw new InklingError(
    'unknown_item',
    `there is no item with the id ${JSON.stringify(id)} among ${items.size} items` +
      (items.size > 0 ? `; ids look like ${JSON.stringify(items.ids[0])}` : '') +
      '. Give an id of the catalogue or the model.',
  );
}

/** The items, each at its place in an index; undefined at places of which there is none. */
export function itemsByIndex(items: readonly Item[], index: IdIndex): (Item | undefined)[] {
  const byIndex = new Array<Item | undefined>(index.size).fill(undefined);
  for (const item of items) {
    const position = index.get(item.id);
    if (position !== undefined) byIndex[position] = item;
  }
  return byIndex;
}
