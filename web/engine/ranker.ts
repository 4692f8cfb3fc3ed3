import { InklingError } from '../errors.js';
import type { Preferences } from '../store/person-store.js';
import type {
  Item,
  ModelName,
  Profile,
  Reason,
  Recommendation,
  RecommendationList,
  RecommendOptions,
  SimilarItem,
  Source,
} from '../types.js';
import { CONTENT, CoreRanker, FIRST_GIVEN, MODEL, POPULARITY, QUERY } from './core-ranker.js';
import { FilteredItems } from './filter.js';
import type { ItemHistory, ItemImpressions, TakenItem } from './history.js';
import { IdIndex, indexOfItem } from './id-index.js';
import { createItemTexts } from './item-texts.js';
import type { ListChooser, Shown } from './list-chooser.js';
import { historyColumns, type Plan, planOf, type Stock } from './plan.js';
import { Reasons } from './reasons.js';
import { roomUnder } from './rules.js';
import { explored, usualPopularity } from './rungs.js';
import type { ServingEngine as Engine } from './serving-engine.js';
import type { TrainedModel } from './trained-model.js';

export const DEFAULT_K = 10;
const DEFAULT_REASONS = 10;
/** What the core can count. */
const MOST = 2 ** 31 - 1;
const INTERESTS = 24;
const EVENTS_OF_AN_INTEREST = 5;
const NO_PREFERENCES: Preferences = { muted: [], preferred: [] };
/** Sources after the last that asks for the words of the items. */
const AFTER_CONTENT: readonly Source[] = ['interests', 'pick', 'popularity', 'exploration'];
/** Where lists are thinned out, more is asked for at first, and again. */
const MORE = 4;
/** Models that are no rung of their own: the words of the items come first, or are all there is. */
const CONTENT_COMES_FIRST: readonly ModelName[] = ['popularity', 'tf_idf', 'hybrid'];

/**
 * Ranks for one person at a time: items of a model, of a catalogue, or both. Beside a model that makes lists of its own,
 * the catalogue's words are read when they are needed first: for a query, a profile, or a list that the model cannot fill.
 */
export class Ranker {
  private readonly reasons: Reasons;
  private disposed = false;

  private constructor(
    private readonly engine: Engine,
    private readonly model: TrainedModel | null,
    private readonly stock: Stock,
    private readonly chooser: ListChooser | null,
    /** By index: items whose words are not read yet. */
    private undescribed: readonly (Item | undefined)[] | null,
    /** How many items can be recommended. */
    readonly numCandidates: number,
  ) {
    this.reasons = new Reasons(stock);
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
    const { items, model = null, signal } = options;
    // Items of the model first, in its order, then those only the catalogue has.
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
    const stock = {
      ids,
      catalog: new FilteredItems(ids.ids.map((id, index) => byIndex[index] ?? { id })),
      barred: candidate.map((is) => 1 - is),
      core: new CoreRanker(engine, model, texts, popularity, candidate),
      learned: model && engine.learnedBlend(model),
    };
    const undescribed = items && later ? byIndex : null;
    const chooser = engine.listChooser(model, stock);
    return new Ranker(engine, model, stock, chooser, undescribed, items?.length ?? ids.size);
  }

  /** Whether choices change its lists. */
  get learns(): boolean {
    return this.stock.learned !== null;
  }

  /** Whether the id is an item of the model or the catalogue. */
  knows(id: string): boolean {
    return this.stock.ids.get(id) !== undefined;
  }

  /**
   * @param met one entry an item, newest first
   * @param shown items that were shown and let be
   * @param log all events
   * @throws InklingError `invalid_argument` for a filter that is none, `unknown_item` for `like`
   */
  async recommend(
    met: readonly ItemHistory[],
    options: RecommendOptions = {},
    preferences: Preferences = NO_PREFERENCES,
    shown: readonly ItemImpressions[] = [],
    log: Shown['log'] = async () => [],
  ): Promise<RecommendationList> {
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
    const plan = planOf(met, options, preferences, shown, this.stock);
    const arranged = async () =>
      (await this.chooser?.list(plan, options, this, {
        ignored: shown,
        log,
      })) ?? this.arranged(plan, options);
    const list = await arranged();
    // What the model cannot fill comes from the history's words, and from what is known of nobody only then.
    const filled = list.every(({ source }) => !AFTER_CONTENT.includes(source));
    if (!this.undescribed || met.length === 0 || filled) return list;
    await this.describe(signal);
    return arranged();
  }

  /**
   * Learns from what was taken since the last time, the oldest first, but of no more than `most` choices; returns whether that
   * was all. What is no more among the choices is forgotten: then all are learned anew.
   */
  learn(choices: readonly TakenItem[], met: readonly ItemHistory[], most: number): boolean {
    const { ids, learned } = this.stock;
    // Some may be of the same time.
    const before = ({ item }: TakenItem) =>
      met.slice(met.findIndex((each) => each.item === item) + 1);
    return (
      learned?.learn(choices, most, (taken) => ({
        ...historyColumns(before(taken).reverse(), ids),
        shown: ids.known(taken.shown),
        item: ids.get(taken.item),
      })) ?? true
    );
  }

  /** What was asked for, filled rung by rung, explored, thinned out and pinned. */
  private arranged(plan: Plan, options: RecommendOptions): Recommendation[] {
    const { k = DEFAULT_K, caps = [], explain = true } = options;
    const { ids, catalog } = this.stock;
    const capped = caps.length > 0;
    const most = mostReasons(explain);
    const reasons: Reason[] = explain ? [{ kind: 'pin', contribution: 0 }] : [];
    for (let ask = capped ? MORE * k : k; ; ask *= MORE) {
      const found = this.list(plan, Math.min(ask, MOST), capped ? 0 : most);
      const fits = roomUnder(caps, (id) => catalog.items[indexOfItem(ids, id)] as Item);
      let left = k;
      const pinned = plan.pinned.filter(({ item }) => left > 0 && fits(item) && left-- > 0);
      const list = explored(found, k, options, ids, plan.out, plan.popularityOf, fits);
      if (list.length + pinned.length < k && found.length === ask) continue;
      if (capped) this.tell(list.slice(0, k), plan, explain);
      for (const { item, place } of pinned) {
        list.splice(place, 0, { item, score: 0, source: 'pin', reasons });
      }
      return list.slice(0, k);
    }
  }

  /** Gives entries of a list without reasons theirs, which are much work for all that is not shown in the end. */
  tell(entries: readonly Recommendation[], plan: Plan, explain: boolean | number): void {
    const most = mostReasons(explain);
    if (most === 0 || entries.length === 0) return;
    const { ids } = this.stock;
    const wanted = new Map(entries.map((entry) => [entry.item, entry]));
    const excluded = [...ids.ids.keys()].filter((index) => !wanted.has(ids.id(index)));
    for (const { item, source, reasons, score } of this.list(
      { ...plan, excluded },
      wanted.size,
      most,
    )) {
      const entry = wanted.get(item) as Recommendation;
      if (entry.source !== source) continue;
      entry.reasons = reasons;
      // What a preference adds goes by the list that it is of.
      const own = reasons.filter(({ kind }) => kind === 'preference');
      for (const reason of own) reason.contribution += (entry.score - score) / own.length;
    }
  }

  /** The best by score, each with so many reasons. */
  list(plan: Plan, k: number, most: number): Recommendation[] {
    const { ids, core } = this.stock;
    const { before, after } = plan;
    const given = [...before, ...after];
    const list = core.list({
      ...plan,
      k,
      most,
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
    return Array.from({ length: list.length }, (_, n) => {
      const rung = given[list.source(n) - FIRST_GIVEN];
      return {
        item: ids.id(list.item(n)),
        score: list.score(n),
        source: rung?.source ?? this.source(list.source(n)),
        reasons: this.reasons.of(list, n, plan, rung, most),
      };
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
    const { ids, core } = this.stock;
    const list = core.similar(indexOfItem(ids, id), k);
    return Array.from({ length: list.length }, (_, n) => ({
      item: ids.id(list.item(n)),
      score: list.score(n),
      source: this.source(list.source(n)),
    }));
  }

  /** @param met one entry an item, newest first */
  async profile(
    met: readonly ItemHistory[],
  ): Promise<Pick<Profile, 'items' | 'interests' | 'next' | 'blend'>> {
    await this.describe();
    const { reasons, stock } = this;
    const { ids, core, learned } = stock;
    const history = historyColumns([...met].reverse(), ids);
    const list = core.interests(history, INTERESTS);
    const strongest = [...met].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
    const interests = list.parts(0).map(({ item: group, term, value }) => {
      const having = new Set(core.itemsWith(core.term(term)).map((each) => ids.id(each)));
      const from = strongest.flatMap(({ item }) => (having.has(item) ? [item] : []));
      return {
        ...reasons.term(term),
        weight: value,
        group,
        from: from.slice(0, EVENTS_OF_AN_INTEREST),
      };
    });
    const next = this.chooser?.next(history) ?? [];
    return { items: [...met], interests, next, blend: learned?.told() ?? [] };
  }

  /** Gives the memory back; the model stays. Twice is fine. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    const { learned, core } = this.stock;
    learned?.dispose();
    this.chooser?.dispose();
    core.dispose();
  }

  /** Reads the words of the items, where that is still to be done. */
  private async describe(signal?: AbortSignal): Promise<void> {
    const { engine, stock, undescribed } = this;
    if (!undescribed) return;
    stock.core.describe(await createItemTexts(engine, undescribed, signal));
    this.undescribed = null;
  }

  private source(rung: number): Source {
    return (['query', this.model?.name, 'tf_idf'] as const)[rung] ?? 'popularity';
  }
}

function mostReasons(explain: boolean | number): number {
  if (typeof explain === 'number') return Math.min(explain, MOST);
  return explain ? DEFAULT_REASONS : 0;
}
