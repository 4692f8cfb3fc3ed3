import type { ItemTopics, Reranking } from '#engine-module';
import type {
  ExploreOptions,
  Item,
  Profile,
  Recommendation,
  RecommendationList,
  RecommendOptions,
  RerankOptions,
  RerankStep,
} from '../types.js';
import { bestPool, type Pool, widen } from './candidate-pool.js';
import type { HistoryColumns } from './core-ranker.js';
import { owning } from './heap.js';
import type { ItemImpressions, StoredEvent } from './history.js';
import { indexOfItem } from './id-index.js';
import { createItemTopics, DEFAULT_TOPICS, type TopicRows } from './item-topics.js';
import {
  brokenBy,
  checkConstraints,
  Ground,
  type GroupRule,
  groupRules,
  type Placed,
  packedRules,
  roomBeside,
} from './list-constraints.js';
import type { Plan, Stock } from './plan.js';
import { DEFAULT_K, type Ranker } from './ranker.js';
import {
  checkRerank,
  createReranking,
  DEFAULT_CANDIDATES,
  DEFAULT_WEIGHTS,
  isGiven,
  needsTopics,
  weighted,
} from './reranking.js';
import { randomNumbers, roomUnder } from './rules.js';
import type { ServingEngine } from './serving-engine.js';
import { type ShownItem, shownLog } from './shown-log.js';
import { check } from './status.js';
import type { TrainedModel } from './trained-model.js';
import { checkExplore, triedOut } from './tried-out.js';

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

/** What is tried out, and where. */
interface Tried {
  entry: Recommendation;
  position: number;
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
    const { k = DEFAULT_K, seed = 1, caps = [], constraints = [], explain = true } = options;
    const { rerank, diversify, surprise } = options;
    checkConstraints(constraints);
    const more = rerank !== undefined || !!diversify || !!surprise || constraints.length > 0;
    const explore = exploreOf(options, more);
    if (!more && !explore) return null;
    const { steps, candidates, order } = this.rerankOf(options);
    const { ids, catalog } = this.stock;
    const itemOf = (id: string) => catalog.items[ids.get(id) ?? -1];
    const spans = constraints.some(({ over }) => over === 'sessions');
    const shown = explore || spans ? shownLog(await person.log()) : [];
    const ground = new Ground(catalog.items, itemOf, shown);

    // What an editor has placed stands; caps count it first.
    const size = Math.min(k, ids.size);
    const fits = roomUnder(caps, (id) => itemOf(id) as Item);
    const pinned = plan.pinned.filter(({ item, place }) => place < size && fits(item));
    const pins = pinned.map(({ item, place }) => ({
      item: itemOf(item) as Item,
      position: place + 1,
    }));
    const free = range(size).filter((position) => !pins.some((pin) => pin.position === position));

    const most = Math.max(candidates ?? DEFAULT_CANDIDATES, size);
    const bound = [...constraints, ...caps];
    const best = lists.list(plan, Math.max(1, bound.length > 0 ? ids.size : most), 0);
    const pool = bestPool(best, most, size);
    if (bound.length > 0) widen(pool, best, size, bound, itemOf);
    /** The best list beside what is placed. */
    const around = (placed: readonly Placed[]): Recommendation[] => {
      const taken = new Set(placed.map(({ item }) => item.id));
      const used = new Set(placed.map(({ position }) => position));
      const positions = free.filter((position) => !used.has(position));
      const own = { entries: [] as Recommendation[], scores: [] as number[] };
      pool.entries.forEach((entry, n) => {
        if (taken.has(entry.item)) return;
        own.entries.push(entry);
        own.scores.push(pool.scores[n] as number);
      });
      const items = own.entries.map(({ item }) => itemOf(item) as Item);
      const rules = groupRules(bound, items, positions, placed, ground);
      const made = { steps, candidates: most, ...(order && { order }) };
      const places = this.chosen(own, made, rules, positions, plan, options, person);
      return places.map((place) => own.entries[place] as Recommendation);
    };
    /** All of it in its places; what caps leave no room for is left out, for they are hard. */
    const together = (tried: readonly Tried[], list: readonly Recommendation[]) => {
      const room = roomUnder(caps, (id) => itemOf(id) as Item);
      for (const { item } of [...pinned, ...tried.map(({ entry }) => entry)]) room(item);
      const rest = list.filter(({ item }) => room(item));
      const placed = new Map(tried.map(({ entry, position }) => [position, entry]));
      for (const { item, place } of pinned) {
        const reasons: Recommendation['reasons'] = explain
          ? [{ kind: 'pin', contribution: 0 }]
          : [];
        placed.set(place + 1, { item, score: 0, source: 'pin', reasons });
      }
      const entries = range(size).flatMap((position) => placed.get(position) ?? rest.shift() ?? []);
      const broken = brokenBy(
        constraints,
        entries.map(({ item }) => itemOf(item) as Item),
        ground,
      );
      const lacking = broken.reduce((sum, each) => sum + Math.abs(each.lacking), 0);
      return { tried, rest: list, entries, broken, lacking };
    };

    let made = together([], around(pins));
    if (explore) {
      const tried: Tried[] = [];
      const placed: Placed[] = [...pins];
      // Whatever the rung: what the highest knows nothing of is worth trying, too.
      const unknown = bestPool(best, most, most);
      const random = randomNumbers(seed);
      const slots = placesTriedOut(free.length, explore.share, random());
      // The last of the list have to go, and may be tried as well as any other.
      const staying = made.rest.slice(0, free.length - slots.length);
      const listed = new Set([...pinned, ...staying].map(({ item }) => item));
      for (const slot of slots) {
        const position = free[slot] as number;
        const hasRoom = roomBeside(bound, placed, position, size, ground);
        const open = [...unknown.entries.keys()].filter((place) => {
          const { item } = unknown.entries[place] as Recommendation;
          return !listed.has(item) && hasRoom(itemOf(item) as Item);
        });
        const draw = Math.floor(random() * 2 ** 31);
        const entry = this.tried(explore, unknown, open, options, plan, shown, draw);
        if (!entry) continue;
        tried.push({ entry, position });
        placed.push({ item: itemOf(entry.item) as Item, position });
        listed.add(entry.item);
      }
      const other = together(tried, around(placed));
      // Constraints come first: where something tried out would break more of them, nothing is.
      if (tried.length > 0 && other.lacking <= made.lacking + 1e-9) made = other;
    }
    const tried = made.tried.map(({ entry }) => entry);
    lists.tell([...made.rest, ...tried], plan, explain);
    for (const entry of tried) {
      entry.source = 'exploration';
      if (explain) entry.reasons = [{ kind: 'exploration', contribution: 0 }, ...entry.reasons];
    }
    const list: RecommendationList = made.entries;
    if (made.broken.length > 0) list.broken = made.broken;
    return list;
  }

  /** What is foretold of the next items: the tags with their shares, the largest first. */
  next(history: HistoryColumns): Profile['next'] {
    const { heap, module, wasm } = this.engine;
    const { model } = this;
    // A page may have given a module without the models that foretell.
    if (!model || typeof module.foretell !== 'function') return [];
    const { rows, handle } = this.topicsOf(DEFAULT_TOPICS);
    if (!handle) return [];
    const shares = owning((own) => {
      const out = own(new module.Buffer(0));
      const [items, weights] = [own(heap.write(history.items)), own(heap.write(history.weights))];
      check(wasm, module.foretell(model.handle, wasm, handle, items, weights, out));
      return heap.read(out, Float32Array);
    });
    return [...shares]
      .map((share, topic) => ({ tag: rows.names[topic] as string, share }))
      .sort((a, b) => b.share - a.share);
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
    const known = this.topicsOf(field).handle !== null;
    // What nothing is known for, a short form leaves out.
    if (surprise && !rerank && !known) steps = steps.filter((step) => !needsTopics(step));
    const { module } = this.engine;
    const hasVectors = this.model !== null && module.hasVectors(this.model.handle);
    if (diversify !== false && diversify !== 0 && (known || hasVectors)) {
      const weight = diversify === true ? DEFAULT_WEIGHTS.msd : diversify;
      // The slider has what it says; the others share what that leaves.
      const others = weighted(steps);
      const sum = others.reduce((total, step) => total + step.weight, 0);
      const share = sum > 1 - weight ? (1 - weight) / sum : 1;
      steps = [
        ...others.map((step) => ({ ...step, weight: step.weight * share })),
        { by: 'msd', on: known ? 'topics' : 'vectors', weight },
      ];
    }
    return { ...given, steps };
  }

  /** Places in the pool. */
  private chosen(
    pool: Pool,
    rerank: RerankOptions,
    rules: readonly GroupRule[],
    positions: readonly number[],
    plan: Plan,
    { topics: field = DEFAULT_TOPICS, seed = 1 }: RecommendOptions,
    person: Shown,
  ): number[] {
    if (pool.entries.length === 0 || positions.length === 0) return [];
    const { engine, model, stock } = this;
    const { heap, module, wasm } = engine;
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
        positions.length,
        write(numbers),
        write(offsets),
        write(groups),
        write(Float32Array.from(values)),
        write(Int32Array.from(positions)),
        out,
      );
      check(wasm, status);
      return [...heap.read(out, Int32Array)];
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
function placesTriedOut(k: number, share: number, phase: number): number[] {
  const dueBy = (place: number) => Math.floor(place * share + phase);
  return [...Array(k).keys()].filter((place) => dueBy(place + 1) > dueBy(place));
}

const range = (length: number) => Array.from({ length }, (_, n) => n + 1);
