import type { ItemTexts, Ranker as WasmRanker } from '#engine-module';
import { InklingError } from '../errors.js';
import type { Preferences } from '../store/person-store.js';
import { topicsOf } from '../topics.js';
import type {
  Critique,
  Filter,
  FilterValue,
  Interest,
  Item,
  ModelName,
  Profile,
  Reason,
  Recommendation,
  RecommendOptions,
  SimilarItem,
  Source,
} from '../types.js';
import { asNumber, FilteredItems, valuesOf } from './filter.js';
import { owning } from './heap.js';
import type { ItemHistory, ItemImpressions, TakenItem } from './history.js';
import { IdIndex } from './id-index.js';
import { createItemTexts, marksOf, queryText } from './item-texts.js';
import type { LearnedBlend } from './learned-blend.js';
import { PackedList } from './packed-list.js';
import { asSaid, parseQuery, says } from './query.js';
import {
  Adjustments,
  capped,
  placesOf,
  randomNumbers,
  strongest,
  type Unweighed,
} from './rules.js';
import type { ServingEngine as Engine } from './serving-engine.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';

export const DEFAULT_K = 10;
const DEFAULT_REASONS = 10;
/** What the core can count. */
const MOST = 2 ** 31 - 1;
const TERMS_OF_A_REASON = 5;
const INTERESTS = 24;
const EVENTS_OF_AN_INTEREST = 5;
type Term = Pick<Interest, 'kind' | 'term' | 'field'>;
const NO_PREFERENCES: Preferences = { muted: [], preferred: [] };
const HOUR_MS = 3_600_000;
const HOURS_OF_A_DAY = 24;
/** What the best of a query's finds by the person's profile gains, in shares of the query's best score. */
const PROFILE_WEIGHT = 0.5;
/** How far down what was shown and let be comes, and for how long. */
const IMPRESSION_BY = 0.5;
const IMPRESSION_HALF_LIFE_DAYS = 1;
/** Rungs as the core numbers them (cpp/include/inkling/ranker.h); those of given scores follow. */
const [QUERY, MODEL, CONTENT, POPULARITY, FIRST_GIVEN] = [0, 1, 2, 3, 4] as const;
/** What stands as the term of a part that rules have made. */
const [ADJUSTMENT, PREFERENCE, MODEL_ITSELF] = [-2, -3, -4] as const;
/** Sources after the last that asks for the words of the items. */
const AFTER_CONTENT: readonly Source[] = ['interests', 'pick', 'popularity', 'exploration'];
/** What a critique compares, and whether it wants more of it. */
const CRITICIZED: Record<Critique, ['time' | 'length' | 'popularity', boolean]> = {
  newer: ['time', true],
  older: ['time', false],
  longer: ['length', true],
  shorter: ['length', false],
  'more popular': ['popularity', true],
  'less popular': ['popularity', false],
};
const ATTRIBUTES = {
  time: ['published', 'year'],
  length: ['runtime', 'duration', 'length', 'pages'],
};
/** Where lists are thinned out, more is asked for at first, and again. */
const MORE = 4;

/** A rung whose scores are known before: those above 0 are on it. */
interface GivenRung {
  source: Source;
  scores: Float32Array;
  /** What the score of an item is made of. */
  reasons(index: number): Reason[];
}

/** What a call comes to, in indices. */
interface Plan {
  history: ItemHistory[];
  /** One an item: 1 where it must not appear; and which those are. */
  out: Uint8Array;
  excluded: number[];
  pinned: { item: string; place: number }[];
  /** Of the query. */
  words: string;
  adjustments: Adjustments;
  adjusted: Float32Array;
  /** By index: the preferred topics that it is about. */
  topics: Map<number, string[]>;
  /** Parts of the popularity in a context, where there is one. */
  popularity: ContextPopularity | null;
  /** What is added to the weights of a hybrid's parts, where there is something. */
  tilt: Float32Array | undefined;
  before: GivenRung[];
  after: GivenRung[];
}

interface ContextPopularity {
  values: Float32Array;
  reasons(index: number): Reason[];
}

/** Models that are no rung of their own: the words of the items come first, or are all there is. */
const CONTENT_COMES_FIRST: readonly ModelName[] = ['popularity', 'tf_idf', 'hybrid'];

/**
 * Ranks for one person at a time: items of a model, of a catalogue, or both. Beside a model that makes lists of its own,
 * the catalogue's words are read when they are needed first: for a query, a profile, or a list that the model cannot fill.
 */
export class Ranker {
  /** Items of the model first, in its order, then those only the catalogue has. */
  private readonly ids: IdIndex;
  private readonly terms = new Map<number, Term>();
  private readonly catalog: FilteredItems;
  /** What the person has taught a hybrid. */
  private readonly learned: LearnedBlend | null;
  private disposed = false;

  private constructor(
    private readonly engine: Engine,
    private readonly handle: WasmRanker,
    private texts: ItemTexts | null,
    /** By index: items whose words are not read yet. */
    private undescribed: readonly (Item | undefined)[] | null,
    private readonly model: TrainedModel | null,
    ids: IdIndex,
    /** By index: what the catalogue says of them. */
    items: readonly (Item | undefined)[],
    /** One an item: 1 where it is never recommended. */
    private readonly barred: Uint8Array,
    /** How many items can be recommended. */
    readonly numCandidates: number,
  ) {
    this.ids = ids;
    this.learned = model && engine.learnedBlend(model);
    this.catalog = new FilteredItems(ids.ids.map((id, index) => items[index] ?? { id }));
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
    const { module, heap } = engine;
    const { items, model = null, signal } = options;
    const ids = new IdIndex(model?.itemIds ?? []);
    const positions = ids.addAll(items?.map((item) => item.id) ?? []);
    const byIndex = new Array<Item | undefined>(ids.size).fill(undefined);
    const popularity = new Float32Array(items ? ids.size : 0);
    const candidate = new Uint8Array(ids.size).fill(items ? 0 : 1);
    items?.forEach((item, i) => {
      const position = positions[i] as number;
      byIndex[position] = item;
      popularity[position] = usualPopularity(item);
      candidate[position] = 1;
    });
    const later = model !== null && !CONTENT_COMES_FIRST.includes(model.name);
    const texts = items && !later ? await createItemTexts(engine, byIndex, signal) : null;
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
    const numCandidates = items?.length ?? ids.size;
    return new Ranker(
      engine,
      handle,
      texts,
      undescribed,
      model,
      ids,
      byIndex,
      candidate.map((is) => 1 - is),
      numCandidates,
    );
  }

  /** Whether choices change its lists. */
  get learns(): boolean {
    return this.learned !== null;
  }

  /** Whether the id is an item of the model or the catalogue. */
  knows(id: string): boolean {
    return this.ids.get(id) !== undefined;
  }

  /**
   * @param met one entry an item, newest first
   * @param shown items that were shown and let be
   * @throws InklingError `invalid_argument` for a filter that is none, `unknown_item` for `like`
   */
  async recommend(
    met: readonly ItemHistory[],
    options: RecommendOptions = {},
    preferences: Preferences = NO_PREFERENCES,
    shown: readonly ItemImpressions[] = [],
  ): Promise<Recommendation[]> {
    const { query, like, signal } = options;
    const { muted, preferred } = preferences;
    if (query || like !== undefined || muted.length + preferred.length > 0) {
      await this.describe(signal);
    }
    if (options.but !== undefined && like === undefined) {
      throw new InklingError(
        'invalid_argument',
        'recommend: but is there, and like is not; give like, or use filter',
      );
    }
    const plan = this.plan(met, options, preferences, shown);
    const list = this.arranged(plan, options);
    // What the model cannot fill comes from the history's words, and from what is known of nobody only then.
    const filled = list.every(({ source }) => !AFTER_CONTENT.includes(source));
    if (!this.undescribed || met.length === 0 || filled) return list;
    await this.describe(signal);
    return this.arranged(plan, options);
  }

  /**
   * Learns from what was taken since the last time, the oldest first, but of no more than `most` choices; returns whether that
   * was all. What is no more among the choices is forgotten: then all are learned anew.
   */
  learn(choices: readonly TakenItem[], met: readonly ItemHistory[], most: number): boolean {
    return (
      this.learned?.learn(choices, most, (taken) => {
        const history = this.known(met.filter(({ at }) => at < taken.at)).reverse();
        return {
          ...this.columns(history),
          shown: this.indices(taken.shown),
          item: this.ids.get(taken.item),
        };
      }) ?? true
    );
  }

  private plan(
    met: readonly ItemHistory[],
    options: RecommendOptions,
    { muted, preferred }: Preferences,
    shown: readonly ItemImpressions[],
  ): Plan {
    const { exclude = [], allow, excludeSeen = true, filter, pins = [], like, context } = options;
    const { adapt = true } = options;
    const history = this.known(met).reverse(); // the core wants the oldest first
    const out = this.barred.slice();
    const excluded: number[] = [];
    const drop = (indices: Iterable<number>) => {
      for (const index of indices) {
        if (!out[index]) excluded.push(index);
        out[index] = 1;
      }
    };
    const keep = (holds: (index: number) => unknown) => {
      for (let index = 0; index < out.length; index++) if (!holds(index)) drop([index]);
    };
    const only = (indices: readonly number[]) => {
      const kept = new Set(indices);
      keep((index) => kept.has(index));
    };
    const matching = (wanted: Filter, path: string) => {
      const mask = this.catalog.mask(wanted, path);
      keep((index) => mask[index]);
    };

    drop(this.indices(exclude));
    drop(this.itemsAbout(muted));
    if (allow) only(this.indices(allow));
    if (filter !== undefined) matching(filter, 'recommend: filter');
    const asked = this.parsed(options.query);
    for (const each of asked.filters) matching(each, 'recommend: query');
    for (const phrase of asked.phrases) only(this.saying(phrase));
    for (const phrase of asked.without) drop(this.saying(phrase));
    const popularity = this.popularityIn(context);
    const before: GivenRung[] = [];
    if (like !== undefined) {
      const index = this.index(like);
      before.push(this.likeRung(like, index));
      drop([index]);
      this.criticize(index, options, popularity, matching, keep);
    }
    const pinned = placesOf(pins).filter(({ item }) => {
      const index = this.ids.get(item) ?? -1;
      if (index < 0 || out[index]) return false;
      drop([index]); // no second time
      return true;
    });
    if (excludeSeen) drop(this.indices(history.map(({ item }) => item)));

    const adjustments = this.adjustments(options, shown);
    const topics = this.topicsOf(preferred);
    return {
      history,
      out,
      excluded,
      pinned,
      words: asked.words,
      adjustments,
      adjusted: adjustments.values(out.length),
      topics,
      popularity,
      tilt: adapt ? this.learned?.tilt() : undefined,
      before,
      after: [
        ...(history.length === 0 && topics.size > 0 ? [this.interestRung(topics, popularity)] : []),
        ...this.pickRung(options.picks),
      ],
    };
  }

  /** What rules add, in the order in which they are explained. */
  private adjustments(
    { boost = [], freshness, impressions = {} }: RecommendOptions,
    shown: readonly ItemImpressions[],
  ): Adjustments {
    const adjustments = new Adjustments();
    // By the hour, so that two lists of the same minute are the same.
    const hours = (time: number) => Math.floor(time / HOUR_MS);
    const now = hours(Date.now());
    const faded = (time: number, days: number) =>
      2 ** (-Math.max(0, now - hours(time)) / (HOURS_OF_A_DAY * days));
    boost.forEach(({ filter, by }, rule) => {
      const mask = this.catalog.mask(filter, `recommend: boost[${rule}].filter`);
      adjustments.add(
        (index) => by * (mask[index] as number),
        () => ({ kind: 'boost', rule }),
      );
    });
    if (freshness) {
      const { field = 'published', halfLifeDays, by } = freshness;
      const times = this.catalog.times(field);
      adjustments.add(
        (index) => by * (faded(times[index] as number, halfLifeDays) || 0),
        () => ({ kind: 'freshness' }),
      );
    }
    const { by = IMPRESSION_BY, halfLifeDays = IMPRESSION_HALF_LIFE_DAYS } = impressions;
    const counts = new Map<number, number>();
    const sums = new Map<number, number>();
    for (const { item, times } of by === 0 ? [] : shown) {
      const index = this.ids.get(item);
      if (index === undefined) continue;
      counts.set(index, times.length);
      sums.set(
        index,
        times.reduce((sum, time) => sum + faded(time, halfLifeDays), 0),
      );
    }
    if (sums.size > 0) {
      adjustments.add(
        (index) => -by * Math.log1p(sums.get(index) ?? 0),
        (index) => ({ kind: 'impression', count: counts.get(index) as number }),
      );
    }
    return adjustments;
  }

  /** Critiques of an item: filters, and bounds by what it says of itself. */
  private criticize(
    index: number,
    { but = [], attributes = {} }: RecommendOptions,
    popularity: ContextPopularity | null,
    matching: (filter: Filter, path: string) => void,
    keep: (holds: (index: number) => unknown) => void,
  ): void {
    const { items } = this.catalog;
    const said = (item: Item | undefined, name: string) =>
      asNumber(valuesOf(item as Item, name)[0] as FilterValue);
    for (const critique of [but].flat() as readonly (Critique | Filter)[]) {
      if (typeof critique !== 'string') {
        matching(critique, 'recommend: but');
        continue;
      }
      const [what, more] = CRITICIZED[critique];
      let values: ArrayLike<FilterValue> = [];
      if (what === 'popularity') {
        values = this.popularity(popularity);
      } else {
        const names = [attributes[what] ?? ATTRIBUTES[what]].flat();
        const name = names.find((each) => said(items[index], each) !== undefined);
        if (name === undefined) {
          throw new InklingError(
            'invalid_argument',
            `recommend: but is "${critique}", and the item of like has no attribute ${names.join(' or ')}; ` +
              `name one in attributes: {${what}: "…"}`,
          );
        }
        values = items.map((item) => said(item, name));
      }
      const bound = values[index] as FilterValue;
      keep((other) => {
        const value = values[other] as FilterValue;
        return more ? value > bound : value < bound;
      });
    }
  }

  /** What was asked for, filled rung by rung, explored, thinned out and pinned. */
  private arranged(plan: Plan, options: RecommendOptions): Recommendation[] {
    const { k = DEFAULT_K, caps = [], explain = true } = options;
    const pinned = plan.pinned.slice(0, k);
    const pinnedIds = pinned.map(({ item }) => item);
    const reasons: Reason[] = explain ? [{ kind: 'pin', contribution: 0 }] : [];
    for (let ask = caps.length > 0 ? MORE * k : k; ; ask *= MORE) {
      const found = this.list(plan, Math.min(ask, MOST), explain);
      const list = capped(this.explored(found, plan, options), pinnedIds, caps, (id) => {
        return this.catalog.items[this.index(id)] as Item;
      });
      if (list.length + pinned.length < k && found.length === ask) continue;
      for (const { item, place } of pinned) {
        list.splice(place, 0, { item, score: 0, source: 'pin', reasons });
      }
      return list.slice(0, k);
    }
  }

  /** Puts items that few have met at some of the places of popularity. */
  private explored(
    list: Recommendation[],
    plan: Plan,
    { explore = 0, seed = 1, explain = true }: RecommendOptions,
  ): Recommendation[] {
    const popular = list.filter(({ source }) => source === 'popularity');
    if (explore === 0 || popular.length === 0) return list;
    const random = randomNumbers(seed);
    const phase = random();
    const popularity = this.popularity(plan.popularity);
    const taken = new Set(list.map(({ item }) => item));
    // Each comes before another with a chance in proportion to 1 / (1 + popularity): Efraimidis & Spirakis, 2006.
    const rare = this.ids.ids
      .flatMap((item, index) => {
        if (plan.out[index] || taken.has(item)) return [];
        const score = popularity[index] as number;
        const reasons: Reason[] = [{ kind: 'exploration', contribution: score }];
        const entry = {
          item,
          score,
          source: 'exploration' as const,
          reasons: explain ? reasons : [],
        };
        return { entry, key: Math.log(random()) * (1 + score) };
      })
      .sort((one, other) => other.key - one.key);
    const mixed = list.slice(0, list.length - popular.length);
    const dueBy = (place: number) => Math.floor(place * explore + phase);
    for (let place = 0, next = 0; next < popular.length; place++) {
      const found = dueBy(place + 1) > dueBy(place) && rare.shift();
      mixed.push(found ? found.entry : (popular[next++] as Recommendation));
    }
    return mixed;
  }

  /** Items like one, the model's first; content's come after them on the same scale. */
  private likeRung(item: string, liked: number): GivenRung {
    const scores = new Float32Array(this.ids.size);
    const list = this.similarTo(liked, scores.length);
    let scale = 1;
    for (let n = 0; n < list.length; n++) {
      if (n > 0 && list.source(n) !== list.source(n - 1)) scale = list.score(n - 1);
      scores[list.item(n)] = scale * list.score(n);
    }
    return givenRung('similar', scores, { kind: 'similar', item });
  }

  /** What is about the most of a new person's topics, then the most popular. */
  private interestRung(
    topics: ReadonlyMap<number, readonly string[]>,
    popularity: ContextPopularity | null,
  ): GivenRung {
    const values = this.popularity(popularity);
    const most = values.reduce((one, other) => Math.max(one, other), 0) || 1;
    const part = (index: number) => (values[index] as number) / most;
    const scores = Float32Array.from(values, (_, index) => {
      const count = topics.get(index)?.length;
      return count ? count + part(index) : 0;
    });
    const reasons = (index: number): Reason[] => [
      ...(topics.get(index) ?? []).map((term) => ({
        kind: 'preference' as const,
        term,
        contribution: 1,
      })),
      { kind: 'popularity', contribution: part(index) },
    ];
    return { source: 'interests', scores, reasons };
  }

  private pickRung(picks: readonly string[] | undefined): GivenRung[] {
    const scores = new Map<number, number>();
    if (picks) {
      // Of one that stands there twice the first place counts.
      this.indices([...picks].reverse()).forEach((index, n) => {
        scores.set(index, n + 1);
      });
    } else {
      for (const index of this.catalog.picked()) {
        scores.set(index, this.catalog.items[index]?.pick as number);
      }
    }
    if (scores.size === 0) return [];
    const values = new Float32Array(this.ids.size);
    for (const [index, score] of scores) values[index] = score;
    return [givenRung('pick', values, { kind: 'pick' })];
  }

  /** How many others met an item, or what the context makes of it. */
  private popularity(inContext: ContextPopularity | null): Float32Array {
    if (inContext) return inContext.values;
    const { engine, handle } = this;
    return owning((own) => {
      const out = own(new engine.module.Buffer(0));
      handle.popularity(out);
      const values = new Float32Array(this.ids.size);
      values.set(engine.heap.read(out, Float32Array));
      return values;
    });
  }

  /** The mean of what items say of what is known of the moment; null where none says anything. */
  private popularityIn(context: RecommendOptions['context'] = {}): ContextPopularity | null {
    const names = Object.values(context);
    const parts = ({ popularity }: Item) =>
      typeof popularity === 'object' ? names.filter((name) => Object.hasOwn(popularity, name)) : [];
    const { items } = this.catalog;
    if (names.length === 0 || !items.some((item) => parts(item).length > 0)) return null;
    const reasonsOf = (item: Item): Reason[] => {
      const told = parts(item);
      if (told.length === 0) return [{ kind: 'popularity', contribution: usualPopularity(item) }];
      const popularity = item.popularity as Record<string, number>;
      return told.map((name) => ({
        kind: 'popularity',
        context: name,
        contribution: (popularity[name] as number) / told.length,
      }));
    };
    return {
      values: Float32Array.from(items, (item) =>
        reasonsOf(item).reduce((sum, { contribution }) => sum + contribution, 0),
      ),
      reasons: (index) => reasonsOf(items[index] as Item),
    };
  }

  private parsed(query: string | undefined) {
    const { items } = this.catalog;
    return parseQuery(query ?? '', {
      isAttribute: (name) => items.some((item) => Object.hasOwn(item, name)),
      isTag: (phrase) => this.itemsWith(`#${phrase.toLowerCase()}`).length > 0,
      isSaid: (phrase) => this.saying(phrase).length > 0,
      isInTitle: (text) =>
        this.found(text).some((index) => {
          return says(asSaid(items[index]?.title ?? ''), asSaid(text));
        }),
    });
  }

  /** Items in whose title, text or tags a phrase stands as it is. */
  private saying(phrase: string): number[] {
    const words = asSaid(phrase);
    return this.found(phrase).filter((index) => {
      const { title = '', text = '', tags = [] } = this.catalog.items[index] as Item;
      return [title, text, ...tags].some((each) => says(asSaid(each), words));
    });
  }

  /** Items that a query of these words finds. */
  private found(words: string): number[] {
    const list = this.ask({ words, ladder: [QUERY], k: this.ids.size });
    return Array.from({ length: list.length }, (_, n) => list.item(n));
  }

  /** By index: the topics that an item is about. */
  private topicsOf(preferred: readonly string[]): Map<number, string[]> {
    const topics = new Map<number, string[]>();
    for (const topic of preferred) {
      for (const index of new Set(this.itemsAbout([topic]))) {
        topics.set(index, [...(topics.get(index) ?? []), topic]);
      }
    }
    return topics;
  }

  private indices(ids: readonly string[]): number[] {
    return ids.flatMap((id) => this.ids.get(id) ?? []);
  }

  /** Items with one of these words, tags or attributes, if the words of the items are read. */
  private itemsAbout(topics: readonly string[]): number[] {
    return topicsOf(topics)
      .flatMap((topic) => marksOf(this.engine.texts, topic))
      .flatMap((marked) => this.itemsWith(marked));
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

  private list(plan: Plan, k: number, explain: boolean | number): Recommendation[] {
    const { before, after } = plan;
    const given = [...before, ...after];
    const list = this.ask({
      ...plan,
      k,
      most: mostReasons(explain),
      given,
      ladder: [
        ...before.map((_, n) => FIRST_GIVEN + n),
        QUERY,
        MODEL,
        CONTENT,
        ...after.map((_, n) => FIRST_GIVEN + before.length + n),
        POPULARITY,
      ],
    });
    return Array.from({ length: list.length }, (_, n) => ({
      item: this.ids.id(list.item(n)),
      score: list.score(n),
      source: given[list.source(n) - FIRST_GIVEN]?.source ?? this.source(list.source(n)),
      reasons: this.reasons(list, n, plan, mostReasons(explain)),
    }));
  }

  /** The core's list; what is left out is empty. */
  private ask({
    k,
    ladder,
    words,
    most = 0,
    history = [],
    excluded = [],
    adjusted = new Float32Array(0),
    topics = new Map(),
    popularity = null,
    given = [],
    tilt = new Float32Array(0),
  }: Partial<Plan> & {
    k: number;
    ladder: readonly number[];
    words: string;
    most?: number;
    given?: readonly GivenRung[];
  }): PackedList {
    const { engine, handle } = this;
    return owning((own) => {
      const { items, weights } = this.columns(history);
      const buffer = own(new engine.module.Buffer(0));
      const write = (values: Int32Array | Float32Array) => own(engine.heap.write(values));
      const rows = new Float32Array(given.length * this.ids.size);
      given.forEach(({ scores }, n) => {
        rows.set(scores, n * scores.length);
      });
      const status = handle.recommend(
        engine.wasm,
        write(items),
        write(weights),
        write(Int32Array.from(excluded)),
        queryText(engine.texts, words),
        k,
        most,
        write(adjusted),
        write(Int32Array.from(topics.keys())),
        write(popularity?.values ?? new Float32Array(0)),
        write(rows),
        write(Int32Array.from(ladder)),
        PROFILE_WEIGHT,
        write(tilt),
        buffer,
      );
      check(engine.wasm, status);
      return new PackedList(engine.heap.read(buffer, Uint8Array).buffer);
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
    const list = this.similarTo(this.index(id), k);
    return Array.from({ length: list.length }, (_, n) => ({
      item: this.ids.id(list.item(n)),
      score: list.score(n),
      source: this.source(list.source(n)),
    }));
  }

  private similarTo(index: number, k: number): PackedList {
    const { engine, handle } = this;
    return owning((own) => {
      const out = own(new engine.module.Buffer(0));
      check(engine.wasm, handle.similar(engine.wasm, index, k, out));
      return new PackedList(engine.heap.read(out, Uint8Array).buffer);
    });
  }

  /** @throws InklingError `unknown_item` */
  private index(id: string): number {
    const index = this.ids.get(id);
    if (index !== undefined) return index;
    throw new InklingError(
      'unknown_item',
      `there is no item with the id ${JSON.stringify(id)} among ${this.ids.size} items` +
        (this.ids.size > 0 ? `; ids look like ${JSON.stringify(this.ids.ids[0])}` : '') +
        '. Give an id of the catalogue or the model.',
    );
  }

  /** @param met one entry an item, newest first */
  async profile(
    met: readonly ItemHistory[],
  ): Promise<Pick<Profile, 'items' | 'interests' | 'blend'>> {
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
        const ids = this.itemsWith(handle.term(index)).map((each) => this.ids.id(each));
        const having = new Set(ids);
        const from = strongest.flatMap(({ item }) => (having.has(item) ? [item] : []));
        return { ...this.term(index), weight: value, from: from.slice(0, EVENTS_OF_AN_INTEREST) };
      });
      return { items: [...met], interests, blend: this.learned?.told() ?? [] };
    });
  }

  /** Gives the memory back; the model stays. Twice is fine. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.learned?.dispose();
    this.handle.delete();
    this.texts?.delete();
  }

  /** Reads the words of the items, where that is still to be done. */
  private async describe(signal?: AbortSignal): Promise<void> {
    const { engine, handle, undescribed } = this;
    if (!undescribed) return;
    const texts = await createItemTexts(engine, undescribed, signal);
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

  private source(rung: number): Source {
    return (['query', this.model?.name, 'tf_idf'] as const)[rung] ?? 'popularity';
  }

  private reasons(list: PackedList, n: number, plan: Plan, most: number): Reason[] {
    const index = list.item(n);
    const given = [...plan.before, ...plan.after][list.source(n) - FIRST_GIVEN];
    const known = given ?? plan.popularity;
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
      } else if (term === ADJUSTMENT) {
        reasons.push(...plan.adjustments.reasons(index, value));
      } else if (term === MODEL_ITSELF) {
        reasons.push({ kind: 'model', contribution: value });
      } else if (term === PREFERENCE) {
        const [topic = ''] = plan.topics.get(index) ?? [];
        reasons.push({ kind: 'preference', term: topic, contribution: value });
      } else {
        reasons.push(...(known?.reasons(index) ?? [{ kind: 'popularity', contribution: value }]));
      }
    }
    for (const reason of reasons) if (reason.terms?.length === 0) delete reason.terms;
    const { count, value } = list.others(n);
    if (count > 0) reasons.push({ kind: 'others', count, contribution: value });
    return known || plan.adjusted.length > 0 ? strongest(reasons, most) : reasons;
  }

  private term(index: number): Term {
    let known = this.terms.get(index);
    if (!known) {
      const text = this.handle.term(index);
      // Between an attribute's name and its value stands a character that no tag has.
      const [field = '', term] = text.slice(1).split(/\p{Cc}/u);
      known = !text.startsWith('#')
        ? { kind: 'term', term: text }
        : term === undefined
          ? { kind: 'tag', term: field }
          : { kind: 'attribute', field, term };
      this.terms.set(index, known);
    }
    return known;
  }
}

/** A rung whose scores have one reason. */
function givenRung(source: Source, scores: Float32Array, reason: Unweighed): GivenRung {
  return {
    source,
    scores,
    reasons: (index) => [{ ...reason, contribution: scores[index] as number }],
  };
}

/** Where nothing is known of the moment. */
function usualPopularity({ popularity = 0 }: Item): number {
  return typeof popularity === 'number' ? popularity : (popularity.default ?? 0);
}

function mostReasons(explain: boolean | number): number {
  if (typeof explain === 'number') return Math.min(explain, MOST);
  return explain ? DEFAULT_REASONS : 0;
}
