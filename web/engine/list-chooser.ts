import type { ItemTopics, Reranking } from '#engine-module';
import type {
  ExploreOptions,
  Item,
  Recommendation,
  RecommendationList,
  RecommendOptions,
  RerankOptions,
  RerankStep,
} from '../types.js';
import { bestPool, type Pool, widen } from './candidate-pool.js';
import { valuesOf } from './filter.js';
import { owning } from './heap.js';
import type { ItemImpressions, StoredEvent } from './history.js';
import { indexOfItem } from './id-index.js';
import { createItemTopics, DEFAULT_TOPICS, type TopicRows } from './item-topics.js';
import {
  checkConstraints,
  type GroupRule,
  groupRules,
  packedRules,
  toldBroken,
} from './list-constraints.js';
import type { Plan, Stock } from './plan.js';
import type { Ranker } from './ranker.js';
import {
  checkRerank,
  createReranking,
  DEFAULT_WEIGHTS,
  isGiven,
  needsTopics,
} from './reranking.js';
import { randomNumbers, roomUnder } from './rules.js';
import type { ServingEngine } from './serving-engine.js';
import { type ShownItem, shownLog } from './shown-log.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';
import { checkExplore, triedOut } from './tried-out.js';

const DEFAULT_CANDIDATES = 100;
const DAY_MS = 86_400_000;
const FRESH_HALF_LIFE_DAYS = 30;
const SHOWN_HALF_LIFE_DAYS = 1;
/** Validated by nobody but eyes: it is to surprise, not to be right. */
const SURPRISE: RerankOptions = {
  candidates: 300,
  order: 'chosen',
  steps: [
    { by: 'serendipity', weight: 0.4 },
    { by: 'popularity', weight: 0.15 },
    { by: 'msd', weight: 0.15 },
  ],
};

/** How the ranker helps. */
type Lists = Pick<Ranker, 'list' | 'tell'>;

/** Of whom a list is. */
export interface Shown {
  /** Items that were shown and let be. */
  ignored: readonly ItemImpressions[];
  /** All events. */
  log: () => Promise<readonly StoredEvent[]>;
}

/** Lists that are more than the best scores: re-ranked, constrained, or with something to try out. */
export class ListChooser {
  private readonly topics = new Map<string, { rows: TopicRows; handle: ItemTopics | null }>();

  /** The model must outlive it. */
  constructor(
    private readonly engine: ServingEngine,
    private readonly model: TrainedModel | null,
    private readonly stock: Stock,
  ) {}

  /** The list, or null where nothing is asked for but the best scores. @throws InklingError `invalid_argument` */
  async list(
    plan: Plan,
    options: RecommendOptions,
    lists: Lists,
    person: Shown,
  ): Promise<RecommendationList | null> {
    const { k = 10, seed = 1, caps = [], constraints = [], explain = true } = options;
    const { rerank, diversify, surprise } = options;
    const more = rerank !== undefined || !!diversify || !!surprise || !!options.constraints;
    const explore = exploreOf(options, more);
    if (!more && !explore) return null;
    checkConstraints(constraints);
    const { steps, candidates, order } = this.rerankOf(options);
    const { ids, catalog } = this.stock;
    const itemOf = (id: string) => catalog.items[ids.get(id) ?? -1];
    const pinned = plan.pinned.slice(0, k);
    const numPlaces = k - pinned.length;
    const asksLog = explore || constraints.some(({ over }) => over === 'sessions');
    const shown = asksLog ? shownLog(await person.log()) : [];

    const most = Math.max(candidates ?? DEFAULT_CANDIDATES, k);
    const bound = [...constraints, ...caps];
    const best = lists.list(plan, bound.length > 0 ? ids.size : most, 0);
    const pool = bestPool(best, most, k);
    if (bound.length > 0) widen(pool, best, k, bound, itemOf);
    const items = pool.entries.map(({ item }) => itemOf(item) as Item);
    const pinnedItems = pinned.map(({ item }) => itemOf(item) as Item);
    const slots = explore ? placesTriedOut(numPlaces, explore.share, seed) : [];
    const rules = groupRules(constraints, caps, {
      items,
      catalog: catalog.items,
      k: numPlaces - slots.length,
      pinned: pinnedItems,
      itemOf,
      shown,
    });
    const chosen = this.chosen(
      pool,
      { steps, candidates: most, ...(order && { order }) },
      rules,
      numPlaces - slots.length,
      {
        plan,
        options,
        person,
      },
    );
    // Caps are hard: where there is not enough else, the list is shorter.
    const fits = roomUnder(caps, (id) => itemOf(id) as Item);
    for (const { item } of pinned) fits(item);
    const kept = chosen.order.filter((place) => fits(pool.entries[place]?.item as string));
    const list: RecommendationList = kept.map((place) => pool.entries[place] as Recommendation);

    const tried: Recommendation[] = [];
    // Whatever the rung: what the highest knows nothing of is worth trying, too.
    const unknown = explore && bestPool(best, most, most);
    const taken = new Set(list.map(({ item }) => item));
    for (const slot of unknown ? slots : []) {
      const takenItems = [...taken].map((id) => itemOf(id) as Item);
      const open = [...(unknown as Pool).entries.keys()].filter((place) => {
        const { item } = (unknown as Pool).entries[place] as Recommendation;
        return !taken.has(item) && hasRoom(rules, takenItems, itemOf(item) as Item);
      });
      const entry = this.tried(
        explore as ExploreOptions,
        unknown as Pool,
        open,
        options,
        plan,
        shown,
        seed + slot,
      );
      if (!entry) break;
      taken.add(entry.item);
      tried.push(entry);
    }
    lists.tell([...list, ...tried], plan, explain);
    for (const entry of tried) {
      entry.source = 'exploration';
      if (explain) entry.reasons = [{ kind: 'exploration', contribution: 0 }, ...entry.reasons];
    }
    tried.forEach((entry, n) => {
      list.splice(slots[n] as number, 0, entry);
    });
    for (const { item, place } of pinned) {
      const reasons: Recommendation['reasons'] = explain ? [{ kind: 'pin', contribution: 0 }] : [];
      list.splice(place, 0, { item, score: 0, source: 'pin', reasons });
    }
    const broken = toldBroken(rules, chosen.broken).filter(
      ({ constraint }) => constraint < constraints.length,
    );
    if (broken.length > 0) list.broken = broken;
    return list;
  }

  dispose(): void {
    for (const { handle } of this.topics.values()) handle?.delete();
    this.topics.clear();
  }

  /** What is asked for, in one description. */
  private rerankOf({
    rerank,
    diversify = false,
    surprise,
    topics: field = DEFAULT_TOPICS,
  }: RecommendOptions): RerankOptions {
    if (rerank !== undefined) checkRerank(rerank, true);
    const given = rerank ?? (surprise ? SURPRISE : { steps: [] });
    let { steps } = given;
    // Both short forms share what they have to say.
    if (surprise && !rerank && diversify) {
      const left = 1 - (diversify === true ? DEFAULT_WEIGHTS.msd : diversify);
      steps = steps.map((step) => ({ ...step, weight: (step.weight as number) * left }));
    }
    const known = this.topicsOf(field).handle !== null;
    // What nothing is known for, a short form leaves out.
    if (surprise && !rerank && !known) steps = steps.filter((step) => !needsTopics(step));
    const { module } = this.engine;
    const hasVectors = this.model !== null && module.hasVectors(this.model.handle);
    if (diversify !== false && diversify !== 0 && (known || hasVectors)) {
      const step: RerankStep = { by: 'msd', on: known ? 'topics' : 'vectors' };
      steps = [...steps, diversify === true ? step : { ...step, weight: diversify }];
    }
    return { ...given, steps };
  }

  private chosen(
    pool: Pool,
    rerank: RerankOptions,
    rules: ReturnType<typeof groupRules>,
    k: number,
    { plan, options, person }: { plan: Plan; options: RecommendOptions; person: Shown },
  ): { order: number[]; broken: { rule: number; lacking: number }[] } {
    if (pool.entries.length === 0 || k === 0) return { order: [], broken: [] };
    const { engine, model, stock } = this;
    const { heap, module, wasm } = engine;
    const { topics: field = DEFAULT_TOPICS, seed = 1 } = options;
    const { handle } = this.topicsOf(field);
    const given = rerank.steps.filter(({ by }) => isGiven(by));
    const values = given.flatMap((step) => this.givenBy(step, pool, person));
    const popularity = rerank.steps.some(({ by }) => by === 'popularity')
      ? stock.core.popularity()
      : undefined;
    return owning((own) => {
      const reranking: Reranking = own(
        createReranking(engine, rerank, model, handle, seed, popularity),
      );
      const { numbers, offsets, groups } = packedRules(rules);
      const out = own(new module.Buffer(0));
      const write = (array: Float64Array | Int32Array | Float32Array) => own(heap.write(array));
      const status = reranking.rerank(
        wasm,
        write(Int32Array.from(this.indicesOf(pool))),
        write(Float32Array.from(pool.scores)),
        write(plan.history.items),
        write(plan.history.weights),
        k,
        write(numbers),
        write(offsets),
        write(groups),
        write(Float32Array.from(values)),
        out,
      );
      check(wasm, status);
      const buffer = heap.read(out, Uint8Array).buffer;
      const [length = 0, numBroken = 0] = new Int32Array(buffer, 0, 2);
      const whole = new Int32Array(buffer, 8);
      const lacking = new Float32Array(buffer, 8 + 4 * (length + numBroken));
      return {
        order: [...whole.subarray(0, length)],
        broken: Array.from({ length: numBroken }, (_, n) => ({
          rule: whole[length + n] as number,
          lacking: lacking[n] as number,
        })),
      };
    });
  }

  /** Values of the candidates that are known beforehand, from 0 to 1. */
  private givenBy(
    { by, field = 'published', halfLifeDays }: RerankStep,
    pool: Pool,
    { ignored }: Shown,
  ): number[] {
    const now = Date.now();
    const faded = (time: number, days: number) => 2 ** (-Math.max(0, now - time) / (DAY_MS * days));
    if (by === 'freshness') {
      const times = this.stock.catalog.times(field);
      return this.indicesOf(pool).map(
        (index) => faded(times[index] as number, halfLifeDays ?? FRESH_HALF_LIFE_DAYS) || 0,
      );
    }
    const sums = new Map(
      ignored.map(({ item, times }) => [
        item,
        times.reduce((sum, time) => sum + faded(time, halfLifeDays ?? SHOWN_HALF_LIFE_DAYS), 0),
      ]),
    );
    return pool.entries.map(({ item }) => 2 ** -(sums.get(item) ?? 0));
  }

  private tried(
    explore: ExploreOptions,
    pool: Pool,
    open: readonly number[],
    { topics: field = DEFAULT_TOPICS }: RecommendOptions,
    plan: Plan,
    shown: readonly ShownItem[],
    seed: number,
  ): Recommendation | null {
    const { ids, core } = this.stock;
    const { rows } = this.topicsOf(field);
    const interest = new Float32Array(rows.numTopics);
    let total = 0;
    plan.history.items.forEach((item, n) => {
      const weight = plan.history.weights[n] as number;
      const topics = rows.of(item);
      if (weight <= 0 || topics.length === 0) return;
      total += weight;
      for (const topic of topics)
        interest[topic] = (interest[topic] as number) + weight / topics.length;
    });
    const found = triedOut(
      this.engine,
      explore,
      {
        scores: open.map((place) => pool.scores[place] as number),
        items: open.map((place) => indexOfItem(ids, pool.entries[place]?.item as string)),
        topicsOf: (item) => rows.of(item),
        numTopics: rows.numTopics,
        popularity: core.popularity(),
        interest: interest.map((sum) => (total > 0 ? sum / total : 0)),
        shown: shown.flatMap(({ item, taken }) => {
          const index = ids.get(item);
          return index === undefined ? [] : { item: index, taken };
        }),
      },
      seed,
    );
    if (!found) return null;
    const place = open[found.candidate] as number;
    const entry = pool.entries[place] as Recommendation;
    return { ...entry, propensity: found.propensity };
  }

  private indicesOf({ entries }: Pool): number[] {
    return entries.map(({ item }) => indexOfItem(this.stock.ids, item));
  }

  private topicsOf(field: string): { rows: TopicRows; handle: ItemTopics | null } {
    let topics = this.topics.get(field);
    if (!topics) {
      topics = createItemTopics(this.engine, this.stock.catalog.items, field);
      this.topics.set(field, topics);
    }
    return topics;
  }
}

/** @throws InklingError `invalid_argument` */
function exploreOf({ explore = 0 }: RecommendOptions, others: boolean): ExploreOptions | null {
  if (typeof explore === 'object') {
    checkExplore(explore);
    return explore.share > 0 ? explore : null;
  }
  return others && explore > 0 ? { share: explore } : null;
}

/** As many as their share comes to over many lists, spread over this one. */
function placesTriedOut(k: number, share: number, seed: number): number[] {
  const phase = randomNumbers(seed)();
  const dueBy = (place: number) => Math.floor(place * share + phase);
  return [...Array(k).keys()].filter((place) => dueBy(place + 1) > dueBy(place));
}

/** Whether the rules of items leave room for one more beside those that are taken. */
function hasRoom(rules: readonly GroupRule[], taken: readonly Item[], item: Item): boolean {
  return rules.every(({ unit, field, value, ceiling, credit }) => {
    const isIn = (each: Item) => valuesOf(each, field).includes(value);
    return unit !== 'items' || !isIn(item) || credit + taken.filter(isIn).length < ceiling;
  });
}
