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
