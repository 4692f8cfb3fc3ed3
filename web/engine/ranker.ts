import type { ItemTexts, Ranker as WasmRanker } from '#engine-module';
import { InklingError } from '../errors.js';
import type { Preferences } from '../store/person-store.js';
import type {
  Item,
  ModelName,
  Profile,
  Reason,
  Recommendation,
  RecommendOptions,
  SimilarItem,
  Source,
} from '../types.js';
import { owning } from './heap.js';
import type { ItemHistory } from './history.js';
import { IdIndex } from './id-index.js';
import { PackedList } from './packed-list.js';
import type { ServingEngine as Engine } from './serving-engine.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';
import { createItemTexts } from './training-set.js';

export const DEFAULT_K = 10;
const DEFAULT_REASONS = 10;
const MOST_REASONS = 2 ** 31 - 1;
const TERMS_OF_A_REASON = 5;
const INTERESTS = 24;
const EVENTS_OF_AN_INTEREST = 5;
const NO_PREFERENCES: Preferences = { muted: [], preferred: [] };

/** Models that are no rung of their own: the words of the items come first, or are all there is. */
const CONTENT_COMES_FIRST: readonly ModelName[] = ['popularity', 'tf_idf'];

/**
 * Ranks for one person at a time: items of a model, of a catalogue, or both. Beside a model that makes lists of its own,
 * the catalogue's words are read when they are needed first: for a query, a profile, or a list that the model cannot fill.
 */
export class Ranker {
  /** Items of the model first, in its order, then those only the catalogue has. */
  private readonly ids: IdIndex;
  private readonly terms = new Map<number, { kind: 'term' | 'tag'; term: string }>();
  private disposed = false;

  private constructor(
    private readonly engine: Engine,
    private readonly handle: WasmRanker,
    private texts: ItemTexts | null,
    /** By index: items whose words are not read yet. */
    private undescribed: readonly (Item | undefined)[] | null,
    private readonly model: TrainedModel | null,
    ids: IdIndex,
    /** How many items can be recommended. */
    readonly numCandidates: number,
  ) {
    this.ids = ids;
  }

  /** With a catalogue only its items are recommended; without one all the model's. The model must outlive the ranker. */
  static async create(
    engine: Engine,
    options: {
      items?: readonly Item[] | undefined;
      model?: TrainedModel | null | undefined;
      signal?: AbortSignal | undefined;
    },
  ): Promise<Ranker> {
    const { module, heap, wasm } = engine;
    const { items, model = null, signal } = options;
    const ids = new IdIndex(model?.itemIds ?? []);
    const positions = ids.addAll(items?.map((item) => item.id) ?? []);
    const byIndex = new Array<Item | undefined>(ids.size).fill(undefined);
    const popularity = new Float32Array(items ? ids.size : 0);
    const candidate = new Uint8Array(ids.size).fill(items ? 0 : 1);
    items?.forEach((item, i) => {
      const position = positions[i] as number;
      byIndex[position] = item;
      popularity[position] = item.popularity ?? 0;
      candidate[position] = 1;
    });
    const later = model !== null && !CONTENT_COMES_FIRST.includes(model.name);
    const texts =
      items && !later ? await createItemTexts(module, heap, wasm, byIndex, signal) : null;
    const handle = new module.Ranker();
    owning((own) =>
      handle.open(
        model?.handle ?? null,
        texts,
        own(heap.write(popularity)),
        own(heap.write(candidate)),
      ),
    );
    const undescribed = items && later ? byIndex : null;
    return new Ranker(engine, handle, texts, undescribed, model, ids, items?.length ?? ids.size);
  }

  /** Whether the id is an item of the model or the catalogue. */
  knows(id: string): boolean {
    return this.ids.get(id) !== undefined;
  }

  /** @param met one entry an item, newest first */
  async recommend(
    met: readonly ItemHistory[],
    options: RecommendOptions = {},
    { muted, preferred }: Preferences = NO_PREFERENCES,
  ): Promise<Recommendation[]> {
    const { signal } = options;
    if (options.query || muted.length + preferred.length > 0) await this.describe(signal);
    const excluded = this.itemsAbout(muted);
    let list = this.list(met, options, excluded);
    // What the model cannot fill comes from the history's words, and from popularity only then.
    const filled = list.every(({ source }) => source !== 'popularity');
    if (this.undescribed && met.length > 0 && !filled) {
      await this.describe(signal);
      list = this.list(met, options, excluded);
    }
    return preferred.length > 0 ? this.favor(preferred, list, met, options, excluded) : list;
  }

  /**
   * Raises the scores of items about preferred topics by what lies between the first and the last of their rung, and
   * takes the best again: of those that are about none, no others than in `list` can be among them.
   */
  private favor(
    preferred: readonly string[],
    list: readonly Recommendation[],
    met: readonly ItemHistory[],
    options: RecommendOptions,
    excluded: readonly number[],
  ): Recommendation[] {
    const { k = DEFAULT_K, explain = true } = options;
    const topics = new Map<string, string>();
    for (const topic of preferred) {
      for (const index of this.itemsAbout([topic])) topics.set(this.ids.id(index), topic);
    }
    const others = this.ids.ids.flatMap((id, index) => (topics.has(id) ? [] : [index]));
    const favored = this.list(met, options, [...excluded, ...others]);
    const known = new Set(favored.map(({ item }) => item));
    // Of a name that stands twice the last is a rung.
    return [...new Set(this.rungs().reverse())]
      .reverse()
      .flatMap((rung) => {
        const here = list.filter(({ source }) => source === rung);
        const first = here[0]?.score ?? 0;
        const worth = first - (here.at(-1)?.score ?? 0) || Math.abs(first) || 1;
        const raised = favored
          .filter(({ source }) => source === rung)
          .map((entry) => {
            const reason: Reason = {
              kind: 'preference',
              term: topics.get(entry.item) as string,
              contribution: worth,
            };
            const reasons = explain ? [reason, ...entry.reasons] : [];
            return { ...entry, score: entry.score + worth, reasons: reasons.sort(bySize) };
          });
        return [...raised, ...here.filter(({ item }) => !known.has(item))].sort(
          (one, other) => other.score - one.score,
        );
      })
      .slice(0, k);
  }

  /** Items with one of these words or tags, if the words of the items are read. */
  private itemsAbout(topics: readonly string[]): number[] {
    return topics.flatMap((topic) => [...this.itemsWith(topic), ...this.itemsWith(`#${topic}`)]);
  }

  /** Items with a word, or with a tag that `#` stands before. */
  private itemsWith(marked: string): number[] {
    const { engine, handle } = this;
    return owning((own) => {
      const out = own(new engine.module.Buffer(0));
      handle.itemsWith(marked, out);
      return [...engine.heap.read(out, Int32Array)];
    });
  }

  private list(
    met: readonly ItemHistory[],
    options: RecommendOptions,
    unwanted: readonly number[],
  ): Recommendation[] {
    const { k = DEFAULT_K, query = '', exclude = [], excludeSeen = true, explain = true } = options;
    const history = this.known(met).reverse(); // the core wants the oldest first
    const excluded = [...exclude, ...(excludeSeen ? history.map((entry) => entry.item) : [])]
      .map((id) => this.ids.get(id))
      .filter((index) => index !== undefined)
      .concat(unwanted);
    const { engine, handle } = this;
    return owning((own) => {
      const out = own(new engine.module.Buffer(0));
      const { items, weights } = this.columns(history);
      const status = handle.recommend(
        engine.wasm,
        own(engine.heap.write(items)),
        own(engine.heap.write(weights)),
        own(engine.heap.write(Int32Array.from(excluded))),
        query,
        k,
        mostReasons(explain),
        out,
      );
      check(engine.wasm, status);
      const list = new PackedList(engine.heap.read(out, Uint8Array).buffer);
      return Array.from({ length: list.length }, (_, n) => ({
        item: this.ids.id(list.item(n)),
        score: list.score(n),
        source: this.source(list.source(n)),
        reasons: this.reasons(list, n),
      }));
    });
  }

  /** @throws InklingError `unknown_item` */
  async similar(
    id: string,
    { k = DEFAULT_K }: { k?: number | undefined } = {},
  ): Promise<SimilarItem[]> {
    const list = this.neighbors(id, k);
    if (!this.undescribed || list.length >= k) return list;
    await this.describe();
    return this.neighbors(id, k);
  }

  private neighbors(id: string, k: number): SimilarItem[] {
    const index = this.ids.get(id);
    if (index === undefined) {
      throw new InklingError(
        'unknown_item',
        `there is no item with the id ${JSON.stringify(id)} among ${this.ids.size} items` +
          (this.ids.size > 0 ? `; ids look like ${JSON.stringify(this.ids.ids[0])}` : '') +
          '. Give an id of the catalogue or the model.',
      );
    }
    const { engine, handle } = this;
    return owning((own) => {
      const out = own(new engine.module.Buffer(0));
      check(engine.wasm, handle.similar(engine.wasm, index, k, out));
      const list = new PackedList(engine.heap.read(out, Uint8Array).buffer);
      return Array.from({ length: list.length }, (_, n) => ({
        item: this.ids.id(list.item(n)),
        score: list.score(n),
        source: this.source(list.source(n)),
      }));
    });
  }

  /** @param met one entry an item, newest first */
  async profile(met: readonly ItemHistory[]): Promise<Pick<Profile, 'items' | 'interests'>> {
    await this.describe();
    const { items, weights } = this.columns(this.known(met));
    const { engine, handle } = this;
    return owning((own) => {
      const out = own(new engine.module.Buffer(0));
      handle.interests(
        own(engine.heap.write(items)),
        own(engine.heap.write(weights)),
        INTERESTS,
        out,
      );
      const list = new PackedList(engine.heap.read(out, Uint8Array).buffer);
      const strongest = [...met].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
      const interests = list.parts(0).map(({ term: index, value }) => {
        const { kind, term } = this.term(index);
        const ids = this.itemsWith(kind === 'tag' ? `#${term}` : term).map((each) =>
          this.ids.id(each),
        );
        const having = new Set(ids);
        const from = strongest.flatMap(({ item }) => (having.has(item) ? [item] : []));
        return { kind, term, weight: value, from: from.slice(0, EVENTS_OF_AN_INTEREST) };
      });
      return { items: [...met], interests };
    });
  }

  /** Gives the memory back; the model stays. Twice is fine. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.handle.delete();
    this.texts?.delete();
  }

  /** Reads the words of the items, where that is still to be done. */
  private async describe(signal?: AbortSignal): Promise<void> {
    const { engine, handle, undescribed } = this;
    if (!undescribed) return;
    const { module, heap, wasm } = engine;
    const texts = await createItemTexts(module, heap, wasm, undescribed, signal);
    handle.describe(texts);
    this.texts = texts;
    this.undescribed = null;
  }

  private known(history: readonly ItemHistory[]): ItemHistory[] {
    return history.filter((entry) => this.knows(entry.item));
  }

  private columns(history: readonly ItemHistory[]): { items: Int32Array; weights: Float32Array } {
    return {
      items: Int32Array.from(history, (entry) => this.ids.get(entry.item) as number),
      weights: Float32Array.from(history, (entry) => entry.weight),
    };
  }

  /** The rungs of the ladder (cpp/include/inkling/ranker.h). */
  private source(rung: number): Source {
    return this.rungs()[rung] ?? 'popularity';
  }

  private rungs(): Source[] {
    return ['query', this.model?.name ?? 'popularity', 'tf_idf', 'popularity'];
  }

  private reasons(list: PackedList, n: number): Reason[] {
    const reasons: Reason[] = [];
    for (const { item, term, value } of list.parts(n)) {
      if (item >= 0 && term >= 0) {
        // Splits the event before it: worth naming, but not a part of the sum.
        const event = reasons.at(-1);
        if (event?.terms && event.terms.length < TERMS_OF_A_REASON)
          event.terms.push(this.term(term).term);
      } else if (item >= 0) {
        reasons.push({ kind: 'event', item: this.ids.id(item), terms: [], contribution: value });
      } else if (term >= 0) {
        reasons.push({ ...this.term(term), contribution: value });
      } else {
        reasons.push({ kind: 'popularity', contribution: value });
      }
    }
    for (const reason of reasons) if (reason.terms?.length === 0) delete reason.terms;
    const { count, value } = list.others(n);
    if (count > 0) reasons.push({ kind: 'others', count, contribution: value });
    return reasons;
  }

  private term(index: number): { kind: 'term' | 'tag'; term: string } {
    let known = this.terms.get(index);
    if (!known) {
      const text = this.handle.term(index);
      known = text.startsWith('#')
        ? { kind: 'tag', term: text.slice(1) }
        : { kind: 'term', term: text };
      this.terms.set(index, known);
    }
    return known;
  }
}

/** Largest first, in either direction; what sums others up last. */
function bySize(one: Reason, other: Reason): number {
  const size = ({ kind, contribution }: Reason) =>
    kind === 'others' ? -1 : Math.abs(contribution);
  return size(other) - size(one);
}

function mostReasons(explain: boolean | number): number {
  if (typeof explain === 'number') return Math.min(explain, MOST_REASONS);
  return explain ? DEFAULT_REASONS : 0;
}
