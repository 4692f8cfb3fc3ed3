/** A ranked list as the core packs it (wasm/bindings_ranker.cpp). */
export class PackedList {
  readonly length: number;
  private readonly items: Int32Array;
  private readonly sources: Int32Array;
  private readonly scores: Float32Array;
  private readonly ends: Int32Array;
  private readonly numOthers: Int32Array;
  private readonly sumsOfOthers: Float32Array;
  private readonly partItems: Int32Array;
  private readonly partTerms: Int32Array;
  private readonly partValues: Float32Array;

  constructor(buffer: ArrayBufferLike) {
    const [length = 0, parts = 0] = new Int32Array(buffer, 0, 2);
    let offset = 8;
    const take = (count: number): number => {
      const start = offset;
      offset += count * 4;
      return start;
    };
    this.length = length;
    this.items = new Int32Array(buffer, take(length), length);
    this.sources = new Int32Array(buffer, take(length), length);
    this.scores = new Float32Array(buffer, take(length), length);
    this.ends = new Int32Array(buffer, take(length), length);
    this.numOthers = new Int32Array(buffer, take(length), length);
    this.sumsOfOthers = new Float32Array(buffer, take(length), length);
    this.partItems = new Int32Array(buffer, take(parts), parts);
    this.partTerms = new Int32Array(buffer, take(parts), parts);
    this.partValues = new Float32Array(buffer, take(parts), parts);
  }

  item(n: number): number {
    return this.items[n] as number;
  }

  source(n: number): number {
    return this.sources[n] as number;
  }

  score(n: number): number {
    return this.scores[n] as number;
  }

  /** How many parts of entry n's score are not told apart, and their sum. */
  others(n: number): { count: number; value: number } {
    return { count: this.numOthers[n] as number, value: this.sumsOfOthers[n] as number };
  }

  /** The other parts of entry n's score; -1 stands for none. */
  parts(n: number): { item: number; term: number; value: number }[] {
    const begin = n === 0 ? 0 : (this.ends[n - 1] as number);
    const end = this.ends[n] as number;
    return Array.from({ length: end - begin }, (_, p) => ({
      item: this.partItems[begin + p] as number,
      term: this.partTerms[begin + p] as number,
      value: this.partValues[begin + p] as number,
    }));
  }
}
