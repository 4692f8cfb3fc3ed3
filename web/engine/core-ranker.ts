import type { Buffer, ItemTexts, Ranker as WasmRanker } from '#engine-module';
import type { Item } from '../types.js';
import { owning } from './heap.js';
import { marksOf, queryText, textsOf } from './item-texts.js';
import { PackedList } from './packed-list.js';
import { OF_CLUSTERS } from './query.js';
import type { ServingEngine } from './serving-engine.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';

/** Rungs as the core numbers them (cpp/include/inkling/ranker.h); those of given scores follow. */
export const QUERY = 0;
export const MODEL = 1;
export const CONTENT = 2;
export const POPULARITY = 3;
export const FIRST_GIVEN = 4;

/** What the best of a query's finds by the person's profile gains, in shares of the query's best score. */
const PROFILE_WEIGHT = 0.5;
const NONE = new Float32Array(0);

/** The items of a history and how much each says. */
export interface HistoryColumns {
  items: Int32Array;
  weights: Float32Array;
}

/** What a list is made of. */
export interface ListRequest {
  k: number;
  /** The rungs, in their order. */
  ladder: readonly number[];
  /** Of the query. */
  words: string;
  /** How many parts of a score are told apart. */
  most?: number;
  /** The oldest first. */
  history?: HistoryColumns;
  excluded?: readonly number[];
  /** What rules add: one an item, or none. */
  adjusted?: Float32Array;
  /** By index: items that are about something preferred. */
  topics?: ReadonlyMap<number, unknown>;
  /** In place of what the model and the catalogue say. */
  popularity?: { values: Float32Array } | null;
  given?: readonly { scores: Float32Array }[];
  /** What is added to the weights of a hybrid's parts. */
  tilt?: Float32Array | undefined;
}

/** A call of the core that answers into a buffer. */
type Ask = (out: Buffer, write: (values: Int32Array | Float32Array) => Buffer) => void;

/** The core's ranker of one model and catalogue: asked and answered in indices. */
export class CoreRanker {
  readonly numItems: number;
  private readonly handle: WasmRanker;

  /**
   * The model must outlive it; the texts are its own from now on.
   *
   * @param popularity one an item, if there is a catalogue
   * @param candidate one an item: 1 where it may be recommended
   */
  constructor(
    private readonly engine: ServingEngine,
    model: TrainedModel | null,
    private texts: ItemTexts | null,
    popularity: Float32Array,
    candidate: Uint8Array,
  ) {
    this.numItems = candidate.length;
    this.handle = new engine.module.Ranker();
    owning((own) =>
      this.handle.open(
        model?.handle ?? null,
        texts,
        own(engine.heap.write(popularity)),
        own(engine.heap.write(candidate)),
        engine.personFactors === 'online',
      ),
    );
  }

  /** Of a ranker that was opened without texts. */
  describe(texts: ItemTexts): void {
    this.handle.describe(texts);
    this.texts = texts;
  }

  list({
    k,
    ladder,
    words,
    most = 0,
    history,
    excluded = [],
    adjusted = NONE,
    topics = new Map(),
    popularity,
    given = [],
    tilt = NONE,
  }: ListRequest): PackedList {
    const { engine, numItems } = this;
    const rows = new Float32Array(given.length * numItems);
    given.forEach(({ scores }, n) => {
      rows.set(scores, n * numItems);
    });
    return this.packed((out, write) => {
      const status = this.handle.recommend(
        engine.wasm,
        write(history?.items ?? NONE),
        write(history?.weights ?? NONE),
        write(Int32Array.from(excluded)),
        queryText(engine.texts, words),
        k,
        most,
        write(adjusted),
        write(Int32Array.from(topics.keys())),
        write(popularity?.values ?? NONE),
        write(rows),
        write(Int32Array.from(ladder)),
        PROFILE_WEIGHT,
        write(tilt),
        out,
      );
      check(engine.wasm, status);
    });
  }

  /** Items that a query of these words finds. */
  found(words: string): number[] {
    const list = this.list({ words, ladder: [QUERY], k: this.numItems });
    return Array.from({ length: list.length }, (_, n) => list.item(n));
  }

  /**
   * Items in which words may stand, as far as the index can tell: it lacks stop words, and an app's tokenizer may cut the
   * same words in another way elsewhere.
   */
  mayHave(words: string): number[] {
    const lacking = this.engine.texts.tokenize || OF_CLUSTERS.test(words);
    const found = lacking ? [] : this.found(words);
    return found.length > 0 ? found : Array.from({ length: this.numItems }, (_, index) => index);
  }

  /** All that the words of a query are looked for in, value by value. */
  textsOf(item: Item): string[] {
    return textsOf(this.engine.texts, item);
  }

  /** Items like one, the model's first. */
  similar(index: number, k: number): PackedList {
    const { wasm } = this.engine;
    return this.packed((out) => check(wasm, this.handle.similar(wasm, index, k, out)));
  }

  /** Items with a word, or with a tag that `#` stands before. */
  itemsWith(marked: string): number[] {
    return [...this.answer(Int32Array, (out) => this.handle.itemsWith(marked, out))];
  }

  /** Items with a word, tag or attribute. */
  itemsAbout(topic: string): number[] {
    return marksOf(this.engine.texts, topic).flatMap((marked) => this.itemsWith(marked));
  }

  /** How many others met an item. */
  popularity(): Float32Array {
    const values = new Float32Array(this.numItems);
    values.set(this.answer(Float32Array, (out) => this.handle.popularity(out)));
    return values;
  }

  /** What the items of a history say of themselves, as the parts of one entry. */
  interests({ items, weights }: HistoryColumns, most: number): PackedList {
    return this.packed((out, write) =>
      this.handle.interests(write(items), write(weights), most, out),
    );
  }

  /** How a word, tag or attribute is written in the core. */
  term(index: number): string {
    return this.handle.term(index);
  }

  dispose(): void {
    this.handle.delete();
    this.texts?.delete();
  }

  private packed(ask: Ask): PackedList {
    return new PackedList(this.answer(Uint8Array, ask).buffer);
  }

  /** What the core writes into a buffer. */
  private answer<T>(type: new (buffer: ArrayBuffer) => T, ask: Ask): T {
    const { heap, module } = this.engine;
    return owning((own) => {
      const out = own(new module.Buffer(0));
      ask(out, (values) => own(heap.write(values)));
      return heap.read(out, type);
    });
  }
}
